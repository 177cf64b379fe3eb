import { expect, test } from 'vitest';
import type { Finding } from '../contract/index.ts';
import type { Demands, HostFacts } from './facts.ts';
import { findings, isBlocked } from './findings.ts';
import { kvmHolds, pluginNames } from './gather.ts';

const laptop: HostFacts = {
  platform: 'linux',
  vagrant: '2.4.1',
  virtualBox: '7.0.20',
  libvirt: '9.0.0',
  plugins: ['vagrant-libvirt'],
  hasVirtualization: true,
  kvm: 'usable',
  hyperV: false,
  secureBoot: false,
  vboxModule: true,
  networks: [{ device: 'wlan0', cidr: '192.168.7.23/24' }],
  freeMemory: 12_000,
  freeDisk: 90_000,
  boxes: [
    { name: 'debian/trixie64', provider: 'libvirt' },
    { name: 'bento/debian-13', provider: 'virtualbox' },
  ],
};

const nat = [{ name: 'nat', cidr: '192.168.1.0/24' }];
const onLibvirt: Demands = {
  hypervisor: 'libvirt',
  box: 'debian/trixie64',
  memory: 5632,
  machines: 10,
  networks: nat,
  testbed: 'tfg',
  lab: 'tfg',
  taken: ['192.168.1.0/24', '10.0.100.0/24', '8.8.8.8/32'],
};
const onVirtualBox: Demands = { ...onLibvirt, hypervisor: 'virtualbox', box: 'bento/debian-13', networks: [] };

const inTheWay = (facts: Partial<HostFacts>, demands: Demands): Finding[] =>
  findings({ ...laptop, ...facts }, demands).filter(({ level }) => level !== 'ok');

/** The laptop without some facts. */
function without(...names: (keyof HostFacts)[]): HostFacts {
  return Object.fromEntries(
    Object.entries(laptop).filter(([name]) => !names.includes(name as keyof HostFacts)),
  ) as unknown as HostFacts;
}

test.each([
  ['libvirt', onLibvirt],
  ['VirtualBox', onVirtualBox],
])('nothing is in the way of a good laptop: %s', (_, demands) => {
  expect(inTheWay({}, demands)).toEqual([]);
});

test.each<[string, Partial<HostFacts>, Demands, string, RegExp]>([
  ['an old Vagrant', { vagrant: '2.2.19' }, onLibvirt, 'warning: vagrant', /2\.3/],
  ['an old VirtualBox', { virtualBox: '6.1.50' }, onVirtualBox, 'warning: virtualbox', /7\.0/],
  [
    'a VirtualBox that Vagrant does not know',
    { virtualBox: '7.1.4' },
    onVirtualBox,
    'error: virtualbox-vagrant',
    /2\.4\.2 .*7\.0/,
  ],
  [
    'one still newer',
    { virtualBox: '7.2.0', vagrant: '2.4.8' },
    onVirtualBox,
    'error: virtualbox-vagrant',
    /2\.4\.9 .*7\.1/,
  ],
  ["machines of KVM's beside VirtualBox", { kvmHolds: 'machines' }, onVirtualBox, 'warning: kvm-in-use', /virsh list/],
  [
    "KVM's module beside VirtualBox",
    { kvmHolds: 'module' },
    onVirtualBox,
    'warning: kvm-in-use',
    /enable_virt_at_load=0/,
  ],
  ['no plugin', { plugins: [] }, onLibvirt, 'error: vagrant-libvirt', /vagrant plugin install/],
  ['a module that was never built', { vboxModule: false }, onVirtualBox, 'error: virtualbox-module', /vboxconfig/],
  [
    'a module that Secure Boot refuses',
    { vboxModule: false, secureBoot: true },
    onVirtualBox,
    'error: virtualbox-module',
    /mokutil/,
  ],
  ['Hyper-V', { platform: 'win32', hyperV: true }, onVirtualBox, 'warning: hyper-v', /bcdedit/],
  ['no virtualization', { hasVirtualization: false }, onVirtualBox, 'warning: virtualization', /firmware/],
  ['a KVM of others', { kvm: 'denied' }, onLibvirt, 'warning: kvm', /adduser/],
  ['no KVM', { kvm: 'missing' }, onLibvirt, 'warning: kvm', /modprobe/],
  [
    'the same network at home',
    { networks: [{ device: 'eth0', cidr: '192.168.1.77/24' }] },
    onLibvirt,
    'error: addresses',
    /stand-in/,
  ],
  ['little memory', { freeMemory: 6000 }, onLibvirt, 'warning: memory', /fewer nodes/],
  ['too little memory', { freeMemory: 5000 }, onLibvirt, 'error: memory', /fewer nodes/],
  ['little disk', { freeDisk: 14_999 }, onLibvirt, 'warning: disk', /VAGRANT_HOME/],
  [
    'a box of the other provider only',
    { boxes: [{ name: 'debian/trixie64', provider: 'virtualbox' }] },
    onLibvirt,
    'warning: box',
    /vagrant box add debian\/trixie64 --provider libvirt/,
  ],
])('%s is found, with what mends it', (_, facts, demands, expected, fix) => {
  const [found, ...others] = inTheWay(facts, demands);
  expect([`${found?.level ?? ''}: ${found?.id ?? ''}`, others]).toEqual([expected, []]);
  expect(found?.fix).toMatch(fix);
});

test('programs that are missing are errors, each with where to get it', () => {
  const bare = without('vagrant', 'virtualBox', 'libvirt');
  expect(
    findings(bare, onVirtualBox)
      .filter(({ level }) => level === 'error')
      .map(({ id }) => id),
  ).toEqual(['vagrant', 'virtualbox']);
  expect(
    findings(bare, onLibvirt)
      .filter(({ level }) => level === 'error')
      .map(({ id }) => id),
  ).toEqual(['vagrant', 'libvirt']);
  expect(isBlocked(findings(bare, onLibvirt))).toBe(true);
  expect(isBlocked(findings(laptop, onLibvirt))).toBe(false);
});

test('a libvirt that does not answer is told with its words', () => {
  const [found] = findings({ ...without('libvirt'), libvirtProblem: 'Permission denied' }, onLibvirt).filter(
    ({ level }) => level === 'error',
  );
  expect(found?.message).toContain('Permission denied');
  expect(found?.fix).toContain('systemctl start libvirtd');
});

test('the same network at home does not matter where the lab is isolated', () => {
  const home = { networks: [{ device: 'eth0', cidr: '192.168.1.77/24' }] };
  expect(inTheWay(home, { ...onLibvirt, networks: [] })).toEqual([]);
});

test('plugins are read from what Vagrant prints for programs', () => {
  const output =
    '1,vagrant-libvirt,plugin-name,vagrant-libvirt\n1,vagrant-libvirt,plugin-version,0.11.2%!(VAGRANT_COMMA) system\n';
  expect(pluginNames(output)).toEqual(['vagrant-libvirt']);
});

const atHome = { networks: [{ device: 'eth0', cidr: '192.168.1.77/24' }] };

test('a clash has the command that mends it, with a free network, and the same for programs', () => {
  const [found, ...others] = inTheWay(atHome, onLibvirt);
  expect(others).toEqual([]);
  expect(found?.fix).toContain('relevo up tfg --provider libvirt --renumber nat=192.168.2.0/24.');
  expect(found?.offer).toEqual({ kind: 'renumber', network: 'nat', cidr: '192.168.2.0/24' });
});

test('what this computer, the testbed or the world has is not offered', () => {
  const networks = [...atHome.networks, { device: 'tun0', cidr: '192.168.2.0/23' }];
  const taken = [...onLibvirt.taken, '192.168.4.0/24'];
  expect(inTheWay({ networks }, { ...onLibvirt, taken, lab: 'second' })[0]).toMatchObject({
    fix: expect.stringContaining('--provider libvirt --lab second --renumber nat=192.168.5.0/24.') as string,
    offer: { cidr: '192.168.5.0/24' },
  });
});

test('of several clashes each offers its own, and one command mends all', () => {
  const two = [...nat, { name: 'other', cidr: '192.168.2.0/24' }];
  const networks = [...atHome.networks, { device: 'eth1', cidr: '192.168.2.0/23' }];
  const found = inTheWay({ networks }, { ...onLibvirt, networks: two });
  expect(found.map(({ offer }) => offer?.cidr)).toEqual(['192.168.4.0/24', '192.168.5.0/24']);
  for (const { fix } of found) expect(fix).toContain('--renumber nat=192.168.4.0/24 --renumber other=192.168.5.0/24');
});

test('where no private network is free, isolation is left', () => {
  const networks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map((cidr) => ({ device: 'vpn', cidr }));
  const [found] = inTheWay({ networks }, onLibvirt);
  expect(found?.offer).toBeUndefined();
  expect(found?.fix).toMatch(/^Use --internet stand-in/);
});

test('who of KVM has the processor is read from the modules and, since Linux 6.12, from a parameter', () => {
  const idle = 'kvm_intel 380928 0 - Live 0x0000000000000000\nkvm 1142784 1 kvm_intel, Live 0x0000000000000000\n';
  const busy = 'kvm_amd 208896 7 - Live 0x0000000000000000\n';
  expect([kvmHolds(idle, 'Y\n'), kvmHolds(idle, 'N\n'), kvmHolds(idle, '')]).toEqual(['module', undefined, undefined]);
  expect([kvmHolds(busy, ''), kvmHolds('ext4 1 1 - Live\n', 'Y\n')]).toEqual(['machines', undefined]);
});

test("KVM is libvirt's own: it is in nobody's way there", () => {
  expect(inTheWay({ kvmHolds: 'machines' }, onLibvirt)).toEqual([]);
});

test('VirtualBox’s ranges of host-only networks are spoken of, and in nobody’s way', () => {
  const found = findings(laptop, onVirtualBox).find(({ id }) => id === 'host-only');
  expect(found).toMatchObject({ level: 'ok', message: expect.stringContaining('192.168.56.0/21') as string });
  expect(findings(laptop, onLibvirt).some(({ id }) => id === 'host-only')).toBe(false);
});
