import { expect, it } from 'vitest';
import { formatProblem } from '../problem.ts';
import { parseLvsCf } from './parse.ts';

const said = (text: string): string[] => parseLvsCf(text, 'lvs.cf').problems.map(formatProblem);
const inside = (lines: string): string => `virtual web {\n active = 1\n address = 10.0.0.1 eth0:1\n${lines}}\n`;

it.each([
  ['network = dirct\n', '1:11: error: "dirct" is out of place; did you mean "direct"? (expected direct, nat, tunnel)'],
  ['keepalive = 0\n', '1:13: error: "0" is out of place (expected a whole number from 1 to 255)'],
  ['backup_active = yes\n', '1:17: error: "yes" is out of place (expected 0 or 1)'],
  [
    'nat_router = 10.0.0.1\n',
    '1:14: error: "10.0.0.1" is out of place (expected ADDRESS INTERFACE, such as 192.168.1.200 eth0:1)',
  ],
  ['primary = 10.0.0\n', '1:11: error: "10.0.0" is out of place (expected an IPv4 address)'],
  ['virtul web {\n}\n', '1:1: error: unknown block "virtul"; did you mean "virtual"? (expected virtual NAME {)'],
  [
    'virtual web {\n active = 1\n}\n',
    '1:1: error: virtual "web" has no address (expected address = ADDRESS INTERFACE)',
  ],
  [
    inside(' scheduler = wlcc\n'),
    '4:14: error: "wlcc" is out of place; did you mean "wlc"? (expected rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, mh, fo, ovf, twos)',
  ],
  [inside(' server one {\n  active = 1\n }\n'), '4:2: error: server "one" has no address (expected address = ADDRESS)'],
  [
    inside(' sever one {\n }\n'),
    '4:2: error: unknown block "sever" in a virtual; did you mean "server"? (expected server NAME {)',
  ],
  [
    inside(' server one {\n  active = 1\n  address = 10.0.0.2\n  weight = 70000\n }\n'),
    '7:12: error: "70000" is out of place (expected a whole number from 0 to 65535)',
  ],
  [inside(' send = "GET\n'), '4:9: error: the text "GET is never closed (expected a second ")'],
  [inside(' sorry_server = web9\n'), '4:17: error: "web9" is not a server (expected ADDRESS, or ADDRESS:PORT)'],
  [inside('') + inside(''), '5:1: error: the virtual service TCP 10.0.0.1:80 is there twice'],
  ['}\n', '1:1: error: a "}" that closes nothing'],
  ['hello\n', '1:1: error: "hello" is not understood (expected KEY = VALUE, or a block: virtual NAME {)'],
  ['failover x {\n}\n', '1:1: error: failover "x": services of one machine (fos) are not balanced, and not built'],
  [
    'virtual web {\n address = 10.0.0.1 eth0:1\n}\n',
    '1:1: warning: virtual "web" is not active and is left out (expected active = 1)',
  ],
])('%j: place, what was expected, and the nearest word', (text, message) => {
  expect(said(text)).toEqual([`lvs.cf:${message}`]);
});

it.each([
  ['serial_num = 3\n', '1:1: error: unknown key "serial_num" in the file; did you mean "serial_no"?'],
  [inside(' schedular = rr\n'), '4:2: error: unknown key "schedular" in virtual web; did you mean "scheduler"?'],
])('%j, with all keys that are known', (text, start) => {
  const [message = '', ...others] = said(text);
  expect(message.startsWith(`lvs.cf:${start} (expected one of: `), message).toBe(true);
  expect(others).toEqual([]);
});

it('reports a block that is never closed where it begins', () => {
  expect(said('virtual web {\n active = 1\n address = 10.0.0.1 eth0:1\n')).toEqual([
    'lvs.cf:1:1: error: the block "web" is never closed (expected "}" before the file ends)',
  ]);
});
