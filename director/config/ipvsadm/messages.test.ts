import { describe, expect, test } from 'vitest';
import { numbersOnly, ruleReader } from '../../cli/rule-reader.ts';
import { formatProblem } from '../problem.ts';
import { parseConfiguration, type FormatName } from '../formats.ts';
import { parseIpvsadm } from './parse.ts';

const problems = (...lines: string[]): string[] =>
  parseIpvsadm(lines.join('\n'), 'rules', ruleReader(numbersOnly)).problems.map(formatProblem);
const schedulers = 'rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, mh, fo, ovf, twos';

describe('what is wrong with a rule', () => {
  test.each([
    [
      '-A -t 192.168.1.1:80 -s wlcc',
      25,
      `the scheduler "wlcc" does not exist; did you mean "wlc"? (expected ${schedulers})`,
    ],
    [
      '-A -t 192.168.1.1:80 --schedular wlc',
      22,
      '--schedular: unknown option; did you mean "--scheduler"? (expected an option of ipvsadm(8))',
    ],
    [
      '  ipvsadm -A -t 192.168.1.1:80 -p abc',
      35,
      "invalid timeout value `abc' specified (expected seconds from 1 to 2678400)",
    ],
    [
      '-A -t 192.168.1.1:99999',
      7,
      'illegal virtual server address[:port] specified: "192.168.1.1:99999" (expected ADDRESS:PORT or [IPv6]:PORT, after -f a mark from 1 to 4294967295)',
    ],
    [
      '-A -f7x',
      6,
      "invalid fwmark value `7x' specified (expected ADDRESS:PORT or [IPv6]:PORT, after -f a mark from 1 to 4294967295)",
    ],
    [
      '-A -t 192.168.1.1:80 -s sh -b sh-port,sh-fallbak',
      39,
      'invalid scheduler flag `sh-fallbak\'; did you mean "sh-fallback"? (expected flag-1, flag-2, flag-3, sh-fallback, sh-port)',
    ],
    ['-A -t 192.168.1.1:80 extra', 22, 'unexpected argument extra'],
    ['-A -t 192.168.1.1:80 -r 10.0.0.1', 25, "Illegal 'real-server' option with the 'add-service' command"],
    ['-A -s rr', 1, "You need to supply the 'service-address' option for the 'add-service' command"],
    ['--set 900 abc 300', 11, "invalid timeout value `abc' specified"],
    [
      '--start-daemon mastr',
      16,
      'illegal start-daemon parameter specified: "mastr"; did you mean "master"? (expected master, backup)',
    ],
    ['-A -t 192.168.1.1:80 -s', 22, '-s: missing argument'],
  ])('%s', (line, column, message) => {
    expect(problems('# a comment', line)).toEqual([`rules:2:${column}: error: ${message}`]);
  });

  test.each([
    [
      '-r 10.0.0.999 -m',
      25,
      'illegal real server address[:port] specified: "10.0.0.999" (expected ADDRESS[:PORT] or [IPv6]:PORT)',
    ],
    ['-r 10.0.0.1 -m -w abc', 40, 'illegal weight specified: "abc" (expected a number from 0 to 2147483647)'],
    [
      '-r 10.0.0.1 -i --tun-type gree',
      48,
      'illegal tunnel type specified: "gree"; did you mean "gre"? (expected ipip, gue, gre)',
    ],
  ])('-a … %s', (rest, column, message) => {
    const found = problems('-A -t 192.168.1.1:80', `-a -t 192.168.1.1:80 ${rest}`);
    expect(found).toEqual([`rules:2:${column}: error: ${message}`]);
  });

  test('a line that begins with no command says which ones there are', () => {
    const [unknown = '', misspelt = ''] = problems('-Q', '--ad-service -t 192.168.1.1:80');
    expect(unknown).toMatch(/^rules:1:1: error: "-Q" is not a command of ipvsadm \(expected --add-service, /);
    expect(misspelt).toMatch(
      /^rules:2:1: error: "--ad-service" is not a command of ipvsadm; did you mean "--add-service"\?/,
    );
  });

  test('what comes of a line that could not be read is not told again', () => {
    const found = problems(
      '-A -t 192.168.1.1:80 --schedular wlc',
      '-a -t 192.168.1.1:80 -r 10.0.0.1 -m',
      '-a -t 192.168.1.2:80 -r 10.0.0.1 -m',
    );
    expect(found.map((line) => line.replace(/ \(expected.*/, ''))).toEqual([
      'rules:1:22: error: --schedular: unknown option; did you mean "--scheduler"?',
      'rules:3:1: error: Service not defined',
    ]);
  });
});

describe('what ipvsadm lets pass', () => {
  test.each([
    ['-A -u 1.2.3:53', 7, '"1.2.3" is read as 1.2.0.3 (expected an address of four numbers)'],
    [
      '-A -t 192.168.1.1:80 -p 60 -M 255.255.0.1',
      31,
      'the mask 255.255.0.1 has holes: clients of different networks count as one (expected a mask as 255.255.255.0, or a length from 1 to 128 for IPv6)',
    ],
    ['ipvsadm -L -n', 1, '"list" changes nothing and is left out'],
    [
      'ipvsad -C',
      1,
      '"ipvsad" is not a rule of ipvsadm and is left out; did you mean "ipvsadm"? (expected -A, -a or another command)',
    ],
  ])('%s', (line, column, message) => {
    expect(problems(line)).toEqual([`rules:1:${column}: warning: ${message}`]);
  });

  test.each(['255.255.255.255', '255.255.255.0', '255.128.0.0', '0.0.0.0'])('the mask %s is none of that', (mask) => {
    expect(problems(`-A -t 192.168.1.1:80 -p 60 -M ${mask}`)).toEqual([]);
  });
});

describe('a mask with holes, in every format', () => {
  test.each<[FormatName, string, string]>([
    ['ipvsadm', '-A -t 192.168.1.1:80 -p 60 -M 255.0.255.0', '1:31'],
    [
      'keepalived',
      'virtual_server 192.168.1.1 80 {\n protocol TCP\n persistence_timeout 60\n persistence_granularity 255.0.255.0\n}',
      '4:26',
    ],
    ['ldirectord', 'virtual=192.168.1.1:80\n\tpersistent=60\n\tnetmask=255.0.255.0', '3:10'],
    [
      'lvs',
      'virtual web {\n active = 1\n address = 192.168.1.1 eth0:1\n port = 80\n persistent = 60\n pmask = 255.0.255.0\n}',
      '6:10',
    ],
  ])('%s', (format, text, place) => {
    const { problems: found } = parseConfiguration(text, 'f', { format, readRule: ruleReader(numbersOnly) });
    expect(found.map(formatProblem)).toContainEqual(
      expect.stringContaining(`f:${place}: warning: the mask 255.0.255.0 has holes`),
    );
  });
});

describe('columns of a script', () => {
  test('a value out of a variable has the column of the variable', () => {
    expect(problems('VIP="192.168.1.1"', '/sbin/ipvsadm -A -t ${VIP}:80 -s "wlcc"  # balance')[0]).toContain(
      'rules:2:34: error: the scheduler "wlcc"',
    );
    expect(problems('PORT=99999', 'ipvsadm -A -t 192.168.1.1:$PORT')[0]).toMatch(/^rules:2:15: error: illegal virtual/);
  });
});
