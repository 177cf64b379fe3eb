import type { VrrpInstanceConfiguration } from './configuration.ts';

/** The instances of the document, for tests. */
export const base: VrrpInstanceConfiguration = {
  name: 'VI_E',
  version: 2,
  interface: 'eth0',
  vrid: 51,
  priority: 150,
  advertIntervalMs: 1000,
  startsAs: 'BACKUP',
  preempt: true,
  preemptDelayMs: 0,
  virtualAddresses: [{ address: '192.168.1.200', prefixLength: 32, interface: 'eth0' }],
  password: 'mypasswd',
  gratuitousArp: { repeat: 5, delayMs: 5000, refreshMs: 0, refreshRepeat: 1 },
};
export const inside = {
  name: 'VI_I',
  interface: 'eth1',
  vrid: 52,
  virtualAddresses: [{ address: '10.0.100.200', prefixLength: 32, interface: 'eth1' }],
};
export const alone = (changes: Partial<VrrpInstanceConfiguration> = {}): VrrpInstanceConfiguration[] => [
  { ...base, ...changes },
];
/** The document's pair of instances, in one sync group. */
export const pair = (changes: Partial<VrrpInstanceConfiguration> = {}): VrrpInstanceConfiguration[] =>
  [base, { ...base, ...inside }].map((instance) => ({ ...instance, syncGroup: 'VG1', ...changes }));

export const masterAddresses = { eth0: '192.168.1.101', eth1: '10.0.100.1' };
export const standbyAddresses = { eth0: '192.168.1.102', eth1: '10.0.100.50' };
