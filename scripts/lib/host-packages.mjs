import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Programs that Relevo runs on this machine itself (what nodes need is in the base layer), the Debian package of each, and why.
 * `any`: one of these is enough, on the path or in its place; `*` stands for one folder. `purposes`: what it is needed for.
 */
const hostPrograms = [
  { any: ['ip'], name: 'iproute2', reason: 'networks and cables of the nodes', purposes: ['start', 'test'] },
  { any: ['nsenter'], name: 'util-linux', reason: 'to enter namespaces', purposes: ['start', 'test'] },
  { any: ['mount'], name: 'mount', reason: "the nodes' file systems", purposes: ['start', 'test'] },
  { any: ['nft'], name: 'nftables', reason: 'the tests look whether a rule was left behind', purposes: ['test'] },
  { any: ['ps'], name: 'procps', reason: 'the tests look for processes left behind', purposes: ['test'] },
  ...[
    ['vsftpd', 'vsftpd', 'a real FTP server'],
    ['nginx', 'nginx-light', 'a real web server, plain and over TLS'],
    ['exim4', 'exim4-daemon-light', 'a real mail server'],
    ['/usr/lib/dovecot/imap', 'dovecot-imapd', 'a real IMAP server'],
    ['/usr/lib/dovecot/pop3', 'dovecot-pop3d', 'a real POP3 server'],
    ['slapd', 'slapd', 'a real directory'],
    ['named', 'bind9', 'a real name server'],
    ['mariadbd', 'mariadb-server', 'a real MySQL server'],
    ['/usr/lib/postgresql/*/bin/postgres', 'postgresql', 'a real PostgreSQL server'],
  ].map(([program, name, what]) => ({
    any: [program],
    name,
    reason: `the tests put ${what} behind the director and its checks`,
    purposes: ['test'],
  })),
  { any: ['sshd'], name: 'openssh-server', reason: 'the tests keep SSH sessions over a take-over', purposes: ['test'] },
  { any: ['ssh'], name: 'openssh-client', reason: 'the tests keep SSH sessions over a take-over', purposes: ['test'] },
  { any: ['curl'], name: 'curl', reason: 'the tests download through the director', purposes: ['test'] },
  { any: ['iptables'], name: 'iptables', reason: 'the tests mark packets as the documents do', purposes: ['test'] },
  {
    any: ['qemu-system-x86_64'],
    name: 'qemu-system-x86',
    reason: "the tests compare the director with a real kernel's IPVS, in a virtual machine",
    purposes: ['test'],
  },
  {
    any: ['keepalived'],
    name: 'keepalived',
    reason: 'the tests ask it what it makes of a configuration',
    purposes: ['test'],
  },
  {
    any: ['ldirectord'],
    name: 'ldirectord',
    reason: 'the tests ask it what it makes of a configuration',
    purposes: ['test'],
  },
  {
    any: ['haproxy'],
    name: 'haproxy',
    reason: 'the tests ask it what it makes of a configuration',
    purposes: ['test'],
  },
  { any: ['vagrant'], name: 'vagrant', reason: 'the tests ask it what it makes of a Vagrantfile', purposes: ['test'] },
  {
    any: ['/usr/share/rubygems-integration/all/gems/*/lib/vagrant-libvirt'],
    name: 'vagrant-libvirt',
    reason: 'the tests ask it what it makes of a Vagrantfile',
    purposes: ['test'],
  },
  ...[
    ['libvirtd', 'libvirt-daemon-system', 'run the machines'],
    ['virsh', 'libvirt-clients', 'watch the machines'],
    ['dnsmasq', 'dnsmasq-base', "give the machines' first adapters addresses"],
    ['qemu-img', 'qemu-utils', "copy the machines' disks"],
    ['mmdebstrap', 'mmdebstrap', 'build the box'],
    ['extlinux', 'extlinux', 'build the box'],
    ['cpio', 'cpio', 'build the box'],
    ['mkfs.ext4', 'e2fsprogs', 'build the box'],
  ].map(([program, name, what]) => ({
    any: [program],
    name,
    reason: `the tests ${what} of a lab of virtual machines`,
    purposes: ['test'],
  })),
  { any: ['ruby'], name: 'ruby', reason: 'the tests let it read exported Vagrantfiles', purposes: ['test'] },
  { any: ['shellcheck'], name: 'shellcheck', reason: 'the tests let it read exported scripts', purposes: ['test'] },
  {
    any: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'brave-browser', 'microsoft-edge'],
    name: 'chromium',
    reason: 'shows the window',
    purposes: ['window', 'test'],
  },
];

/** The packages that are missing for a purpose: `start`, or `test`. */
export function missingPackages(purpose, environment = process.env) {
  // Elsewhere they are neither needed nor Debian's to install.
  if (process.platform !== 'linux') return [];
  const purposes = new Set([purpose]);
  // A machine without a display gets no window, and so no browser.
  if (purpose === 'start' && hasDisplay(environment)) purposes.add('window');
  return hostPrograms
    .filter((program) => program.purposes.some((one) => purposes.has(one)))
    .filter(({ any }) => !any.some((program) => isOnPath(program, environment)))
    .map(({ name, reason }) => ({ name, reason }));
}

/** Windows and macOS always have one. */
export const hasDisplay = (environment = process.env) =>
  process.platform !== 'linux' || Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);

export function isOnPath(program, environment = process.env) {
  if (program.startsWith('/')) return isExecutableLike(program);
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => isExecutable(join(folder, program)));
}

// Debian keeps some programs in a folder of their version.
function isExecutableLike(pattern) {
  const [before, after] = pattern.split('*');
  if (after === undefined) return isExecutable(pattern);
  const versions = existsSync(before) ? readdirSync(before) : [];
  return versions.some((version) => isExecutable(`${before}${version}${after}`));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
