import type { ServiceStep } from '../recipe.ts';

const pidFile = '/run/dnsmasq/dnsmasq.pid';

export function dnsmasqService(title: string): ServiceStep {
  const start = `[ -d /run/dnsmasq ] || mkdir -p /run/dnsmasq\ndnsmasq --conf-file=/etc/dnsmasq.conf --pid-file=${pidFile}`;
  return { kind: 'service', title, name: 'dnsmasq', unit: 'dnsmasq', start, pidFile };
}
