import { describe, expect, it } from 'vitest';
import { ipvsadm, ShownTable } from './testing.ts';

/** Command line, exit code and what it says: made with Debian 12's ipvsadm 1.31. */
const refused: readonly (readonly [string, number, string])[] = [
  ['-L -A', 2, "invalid option `-A'"],
  ['-Lz', 255, '-Lz: unknown option'],
  ['-Ln=3', 255, '-Ln=3: option does not take an argument'],
  ['-n -L', 255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information."],
  ['word', 255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information."],
  ['-L word', 2, 'unexpected argument word'],
  ['-A', 2, "You need to supply the 'service-address' option for the 'add-service' command"],
  ['-A -t 10.0.0.1:80 -n', 2, "Illegal 'numeric' option with the 'add-service' command"],
  ['-A -t 10.0.0.1:80 -w 5', 2, "Illegal 'weight' option with the 'add-service' command"],
  ['-A -t 10.0.0.1', 2, 'Zero port specified for non-persistent service'],
  ['-A -t 10.0.0.1:80 -o', 2, 'One-Packet Scheduling is only for UDP virtual services'],
  ['-A -t 10.0.0.1:80 -t 10.0.0.2:80', 2, "multiple 'service-address' options specified"],
  ['-A -t 12345', 2, 'illegal virtual server address[:port] specified'],
  ['-A -t [::1]', 2, 'illegal virtual server address[:port] specified'],
  ['-A -t 10.0.0.1:99999', 2, 'illegal virtual server address[:port] specified'],
  ['-A -f 0', 2, "invalid fwmark value `0' specified"],
  ['-A -f 7x', 2, "invalid fwmark value `7x' specified"],
  ['-A -f 4294967296', 2, "invalid fwmark value `4294967296' specified"],
  ['-A -6 -f 7', 2, '-6 used before -f\n'],
  ['-A -t 10.0.0.1:80 -p 0', 2, "invalid timeout value `0' specified"],
  ['-A -t 10.0.0.1:80 -p 2678401', 2, "invalid timeout value `2678401' specified"],
  ['-A -t 10.0.0.1:80 -M 300.1.1.1', 2, 'illegal virtual server persistent mask specified'],
  ['-A -t [::1]:80 -M 129', 2, 'illegal ipv6 netmask specified'],
  ['-A -t 10.0.0.1:80 -s sh -b mh-port', 2, "incompatible scheduler flag `mh-port'"],
  ['-A -t 10.0.0.1:80 -b nothing', 2, "invalid scheduler flag `nothing'"],
  ['-A -t', 255, '-t: missing argument'],
  ['-D', 2, "You need to supply the 'service-address' option for the 'delete-service' command"],
  ['-D -t 10.0.0.1:80 -s rr', 2, "Illegal 'scheduler' option with the 'delete-service' command"],
  ['-C -t 10.0.0.1:80', 2, "Illegal 'service-address' option with the 'flush' command"],
  ['-a -t 10.0.0.1:80', 2, "You need to supply the 'real-server' option for the 'add-server' command"],
  ['-a -t 10.0.0.1:80 -r 5', 2, 'illegal real server address[:port] specified'],
  ['-a -t 10.0.0.1:80 -r 10.0.1.1 -m -g', 2, "multiple 'forwarding-method' options specified"],
  ['-a -t 10.0.0.1:80 -r 10.0.1.1 -w -1', 2, 'illegal weight specified'],
  ['-a -t 10.0.0.1:80 -r 10.0.1.1 -w 2147483648', 2, 'illegal weight specified'],
  ['-a -t 10.0.0.1:80 -r 10.0.1.1 -x many', 2, 'illegal u_threshold specified'],
  ['-a -t 10.0.0.1:80 -r 10.0.1.1 -y 2147483648', 2, 'illegal l_threshold specified'],
  ['-a -t 10.0.0.1:80 -r [::1]:80 -m', 2, 'Different address family is allowed only for tunneling servers'],
  ['-a -t 10.0.0.1:80 -r 10.0.1.1 -m --tun-type gue', 2, 'Tunnel options conflict with forward method'],
  [
    '-a -t 10.0.0.1:80 -r 10.0.1.1 -i --tun-type gue',
    2,
    "You need to supply the 'tun-port' option for the 'gue' tunnel type",
  ],
  ['-a -t 10.0.0.1:80 -r 10.0.1.1 -i --tun-type gue --tun-port 0', 2, 'illegal tunnel port specified'],
  [
    '-a -t 10.0.0.1:80 -r 10.0.1.1 -i --tun-type gue --tun-port 1 --tun-csum --tun-nocsum',
    2,
    "The option 'tun-csum' conflicts with the 'tun-nocsum' option in the 'gue' tunnel type",
  ],
  [
    '-a -t 10.0.0.1:80 -r 10.0.1.1 -i --tun-type gre --tun-remcsum',
    2,
    "Illegal 'tun-remcsum' option with the 'gre' tunnel type",
  ],
  ['-a -t 10.0.0.1:80 -r 10.0.1.1 -i --tun-port 5', 2, "Illegal 'tun-port' option with the 'ipip' tunnel type"],
  ['-a -t 10.0.0.1:80 -r 10.0.1.1 -i --tun-type vxlan', 2, 'illegal tunnel type specified'],
  [
    '-L -c -t 10.0.0.1:80',
    2,
    "The option 'service-address' conflicts with the 'connection' option in the 'list' command",
  ],
  ['-L -c --timeout', 2, "The option 'timeout' conflicts with the 'connection' option in the 'list' command"],
  ['-L -c --stats', 2, 'options conflicts in the list command'],
  ['-L --daemon --persistent-conn', 2, 'options conflicts in the list command'],
  ['-L --rate --rate', 2, "multiple 'rate' options specified"],
  ['-L -s rr', 2, "Illegal 'scheduler' option with the 'list' command"],
  ['-S -c', 2, "Illegal 'connection' option with the 'save' command"],
  ['-R -n', 2, "Illegal 'numeric' option with the 'restore' command"],
  ['-Z -n', 2, "Illegal 'numeric' option with the 'zero' command"],
  ['--set 1 2', 2, '--set option requires 3 timeout values'],
  ['--set 1 2 3 4', 2, 'unexpected argument 4'],
  ['--set 1 x 3', 2, "invalid timeout value `x' specified"],
  ['--set -1 2 3', 255, '-1: unknown option'],
  ['--start-daemon', 255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information."],
  ['--start-daemon slave', 2, 'illegal start-daemon parameter specified'],
  ['--stop-daemon both', 2, 'illegal start_daemon specified'],
  ['--start-daemon master --syncid 256', 2, 'illegal syncid specified'],
  ['--start-daemon master --mcast-group 10.0.0.1', 2, "invalid IPv4 mcast-group `10.0.0.1'"],
  ['--start-daemon master --mcast-group fe80::1', 2, "invalid IPv6 mcast-group `fe80::1'"],
  ['--start-daemon master --mcast-port 0', 2, 'illegal mcast-port specified'],
  ['--start-daemon master --mcast-ttl 256', 2, 'illegal mcast-ttl specified'],
  ['--start-daemon master --sync-maxlen 65508', 2, 'illegal sync-maxlen specified'],
  ['--stop-daemon master --mcast-interface eth0', 2, "Illegal 'mcast-interface' option with the 'stop-daemon' command"],
  ['--list=yes', 255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information."],
  ['--nosuch', 255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information."],
  ['--', 255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information."],
];

describe('a command line that means nothing', () => {
  it.each(refused)('%s', async (line, exitCode, message) => {
    const table = new ShownTable([]);
    expect(await ipvsadm(line, table)).toEqual({ exitCode, stdout: '', stderr: `${message}\n` });
    expect(table.executed).toEqual([]);
  });
});

describe('-h and --version', () => {
  it('print what the real one prints', async () => {
    const help = await ipvsadm('-h', new ShownTable([]));
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout.split('\n')).toHaveLength(83);
    expect(help.stdout).toContain('  ipvsadm -A|E virtual-service [-s scheduler] [-p [timeout]] [-M netmask]');
    expect(await ipvsadm('--version', new ShownTable([]))).toEqual({
      exitCode: 0,
      stdout: 'ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n',
      stderr: '',
    });
  });
});
