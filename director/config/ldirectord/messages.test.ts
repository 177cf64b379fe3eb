import { describe, expect, it } from 'vitest';
import type { HostNames } from '../host-names.ts';
import { formatProblem } from '../problem.ts';
import { parseLdirectord } from './parse.ts';

const hosts = new Map([
  ['web1 4', '10.0.0.21'],
  ['web1 6', '2001:db8::21'],
]);
const names: HostNames = {
  hostAddress: (name, family) => hosts.get(`${name} ${family}`),
  servicePort: (name, protocol) => new Map([['webcache TCP', 8080]]).get(`${name} ${protocol}`),
};
const said = (text: string): string[] => parseLdirectord(text, 'l.cf', names).problems.map(formatProblem);
const inside = (lines: string): string => `virtual=10.0.0.1:80\n${lines}`;

describe('ldirectord.cf: place, what was expected, and the nearest word', () => {
  it.each([
    ['checkinterval=three\n', '1:15: error: "three" is out of place (expected a whole number from 1 to 2147483647)'],
    ['quiescent=maybe\n', '1:11: error: "maybe" is not a value of "quiescent" (expected yes, no)'],
    [
      'connecttimeout=3\n',
      '1:1: error: "connecttimeout" is no longer understood by ldirectord (expected negotiatetimeout)',
    ],
    [inside('\treal=10.0.0.2:80 nat\n'), '2:7: error: "nat" is not a forwarding method (expected gate, masq or ipip)'],
    [
      inside('\tfallback=127.0.0.1 gatte\n'),
      '2:11: error: "gatte" is not a forwarding method; did you mean "gate"? (expected gate, masq or ipip)',
    ],
    [
      inside('\treal=10.0.0.2:80\n'),
      '2:7: error: this real server is not understood (expected ADDRESS[->LAST]:PORT gate|masq|ipip [WEIGHT] ["REQUEST", "RECEIVE"])',
    ],
    [
      inside('\treal=10.0.0.300:80 gate\n'),
      '2:7: error: "10.0.0.300:80" is not an address with a port (expected such as 192.168.1.200:80)',
    ],
    [
      inside('\treal=web9:80 gate\n'),
      '2:7: error: "web9" is a name, and no IPv4 address is known for it (expected such as 192.168.1.200:80, or a name of /etc/hosts or DNS)',
    ],
    [
      inside('\treal=10.0.0.2:tftp gate\n'),
      '2:7: error: "tftp" is not a port (expected a number from 1 to 65535, or a name of /etc/services)',
    ],
    [
      inside('\treal=[2001:db8::1]:80 gate\n'),
      `2:7: error: "2001:db8::1" is not an IPv4 address (expected 192.168.1.200:80, or the directive's name with a 6)`,
    ],
    [
      inside('\treal=10.0.0.9->10.0.0.2:80 gate\n'),
      '2:7: error: 10.0.0.9->10.0.0.2 is no range of 1 to 65536 addresses',
    ],
    [
      inside('\tchecktype=negociate\n'),
      '2:12: error: "negociate" is not a value of "checktype"; did you mean "negotiate"? (expected connect, negotiate, ping, off, on, external, external-perl)',
    ],
    [
      inside('\treal=10.0.0.2:80 gate\n\tservice=oracle\n'),
      '3:10: error: the check of the service oracle is not built (expected checktype=connect or external)',
    ],
    [
      inside('\treal=10.0.0.2:80 gate\n\treceive="("\n'),
      `3:10: error: "(" is not understood as a regular expression (expected Perl's syntax)`,
    ],
    [inside('\treceive=ok\n'), '2:10: error: the value of "receive" has to stand in quotes (expected "TEXT")'],
    [
      inside('\tscheduler=wlcc\n'),
      '2:12: error: the scheduler "wlcc" does not exist; did you mean "wlc"? (expected rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, mh, fo, ovf, twos)',
    ],
    [
      inside('\tprotocol=fwm\n'),
      '2:11: error: protocol=fwm is for virtual services that are a firewall mark (expected tcp or udp)',
    ],
    [
      inside('\n\treal=10.0.0.2:80 gate\n'),
      '3:2: error: "real" is indented but stands in no virtual service (expected a line virtual=… right before it, without a blank line between)',
    ],
    [inside(inside('')), '2:1: error: this virtual service is there already, on line 1'],
    [inside('\tfallback6=[::1]:80\n'), '2:2: error: "fallback6" in an IPv4 service (expected fallback)'],
    [
      inside('\tsmtp=mail\n'),
      '2:2: warning: "smtp" has no effect here: this director sends no mail; it logs every change',
    ],
  ])('%j', (text, message) => {
    expect(said(text)).toEqual([`l.cf:${message}`]);
  });

  it.each([
    ['checkintervall=3\n', '1:1: error: unknown directive "checkintervall" in the file; did you mean "checkinterval"?'],
    [
      inside('\treel=10.0.0.2:80 gate\n'),
      '2:2: error: unknown directive "reel" in a virtual service; did you mean "real"?',
    ],
    [inside('\tservice=htp\n'), '2:10: error: "htp" is not a value of "service"; did you mean "http"?'],
  ])('%j, with all words that are known', (text, start) => {
    const [message = '', ...others] = said(text);
    expect(message.startsWith(`l.cf:${start} (expected `), message).toBe(true);
    expect(others).toEqual([]);
  });

  it('looks names of hosts and ports up, in the family of the service', () => {
    const text =
      'virtual=10.0.0.1:webcache\n\treal=web1:webcache gate\nvirtual6=[2001:db8::1]:80\n\treal6=web1:80 gate\n';
    expect(said(text)).toEqual([]);
    const servers = parseLdirectord(text, 'l.cf', names).configuration?.virtualServers.map(({ port, realServers }) => [
      port,
      realServers[0]?.address,
    ]);
    expect(servers).toEqual([
      [8080, '10.0.0.21'],
      [80, '2001:db8::21'],
    ]);
  });
});

it('takes a fallback as ldirectord does: when no server is up, with a command that hears of it', () => {
  const text = inside('\tfallback=127.0.0.1:80\n\tfallbackcommand="/bin/tell them"\n');
  expect(parseLdirectord(text, 'l.cf').configuration?.virtualServers[0]).toMatchObject({
    sorryServer: { address: '127.0.0.1', port: 80, forwarding: 'gate', weight: 1, enters: 'none-up' },
    quorumDown: { command: ['/bin/tell', 'them', 'start', '10.0.0.1:80', 'tcp'] },
    quorumUp: { command: ['/bin/tell', 'them', 'stop', '10.0.0.1:80', 'tcp'] },
  });
});

it('a command without a fallback follows the servers as well, also the one of the whole file', () => {
  const commands = {
    quorumDown: { command: ['/bin/tell', 'start', '10.0.0.1:80', 'tcp'] },
    quorumUp: { command: ['/bin/tell', 'stop', '10.0.0.1:80', 'tcp'] },
  };
  for (const text of [inside('\tfallbackcommand=/bin/tell\n'), `fallbackcommand=/bin/tell\n${inside('')}`]) {
    const service = parseLdirectord(text, 'l.cf').configuration?.virtualServers[0];
    expect(service).toMatchObject({ ...commands, quorumCounts: 'servers' });
    expect(service).not.toHaveProperty('sorryServer');
  }
  expect(parseLdirectord(inside(''), 'l.cf').configuration?.virtualServers[0]).not.toHaveProperty('quorumCounts');
});
