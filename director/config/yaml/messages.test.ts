import { expect, it } from 'vitest';
import { formatProblem } from '../problem.ts';
import { parseYaml, writeYaml } from './parse.ts';

const said = (text: string): string[] => parseYaml(text, 'd.yaml').problems.map(formatProblem);
const service = (more: string): string =>
  `virtualServers:\n  - protocol: TCP\n    address: 10.0.0.1\n    port: 80\n${more}`;
const server = (more: string): string =>
  service(`    realServers:\n      - address: 10.0.0.2\n        port: 80\n${more}`);

it.each([
  [
    'virtualServer: []\n',
    '1:1: error: unknown key "virtualServer"; did you mean "virtualServers"? (expected a key of docs/director/configuration.md)',
  ],
  [
    server('        wieght: 3\n'),
    '8:9: error: unknown key "wieght"; did you mean "weight"? (expected a key of docs/director/configuration.md)',
  ],
  [
    'plane: packt\n',
    '1:8: error: "packt" is not a value of "plane"; did you mean "packet"? (expected auto, packet, rings, ipvs)',
  ],
  ['plane: kernel\n', '1:8: error: "kernel" is not a value of "plane" (expected auto, packet, rings, ipvs)'],
  [
    service('    scheduler: wlcc\n'),
    '5:16: error: "wlcc" is not a value of "scheduler"; did you mean "wlc"? (expected rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, mh, fo, ovf, twos)',
  ],
  [
    server('        forwarding: nat\n'),
    '8:21: error: "nat" is not a value of "forwarding" (expected masq, gate, ipip, local)',
  ],
  [
    server('        checks:\n          - kind: TCP_CHEK\n            address: 10.0.0.2\n            port: 80\n'),
    '9:19: error: "TCP_CHEK" is not a value of "kind"; did you mean "TCP_CHECK"? (expected TCP_CHECK, PING_CHECK, HTTP_GET, SSL_GET, SMTP_CHECK, DNS_CHECK, UDP_CHECK, MISC_CHECK, NEGOTIATE, SEND_EXPECT, AGENT_CHECK, LOAD, FILE_CHECK, FIXED)',
  ],
  [
    'instances:\n  - name: A\n    interface: eth0\n    vrid: 300\n    virtualAddresses: [{ address: 10.0.0.9, prefixLength: 24, interface: eth0 }]\n',
    '4:11: error: "300" is not a value of "vrid" (expected at most 255)',
  ],
  [
    'instances:\n  - name: A\n    interface: eth0\n    vrid: 3\n    virtualAddresses: []\n',
    '5:23: error: the value of "virtualAddresses" is wrong (expected entries: at least 1)',
  ],
  [
    'virtualServers:\n  - protocol: TCP\n    address: 10.0.0.300\n    port: 80\n',
    '3:14: error: "10.0.0.300" is not a value of "address" (expected an IPv4 or IPv6 address)',
  ],
  [
    'virtualServers:\n  - protocol: TCP\n    address: 10.0.0.1\n    port: "80"\n',
    '4:11: error: "80" is not a value of "port" (expected a number)',
  ],
  ['virtualServers:\n  - protocol: TCP\n    port: 80\n', '2:5: error: "address" is missing (expected a text)'],
  [
    'admin: { listen: 127.0.0.1:port, tokenFile: /etc/token }\n',
    '1:18: error: "127.0.0.1:port" is not a value of "listen" (expected ADDRESS:PORT, or a port of 127.0.0.1)',
  ],
  ['virtualServers: 5\n', '1:17: error: "5" is not a value of "virtualServers" (expected a list)'],
  ['virtualServers:\n  - protocol: TCP\n    address: 10.0.0.1\n', '2:5: error: port 0 is only for persistent services'],
  [
    service('  - protocol: TCP\n    address: 10.0.0.1\n    port: 80\n'),
    '5:5: error: virtual server TCP 10.0.0.1:80 is there twice',
  ],
  [service('    quorum: 2\n    hysteresis: 2\n'), '6:17: error: hysteresis has to be below the quorum'],
  [service('    schedulerFlags: [sh-port]\n'), '5:21: error: sh-port is not a flag of wlc'],
  [
    'sysctls: { expire_nodest_con: 1 }\n',
    '1:12: error: unknown key "expire_nodest_con"; did you mean "expire_nodest_conn"? (expected a key of docs/director/configuration.md)',
  ],
  ['sysctls: { drop_entry: 7 }\n', '1:24: error: "7" is not a value of "drop_entry" (expected 0 to 3)'],
  [
    'sysctls: { sync_threshold: [50, 3] }\n',
    '1:28: error: the value of "sync_threshold" is wrong (expected a threshold and a period above it, or period 0)',
  ],
  ['sysctls: { conntrack: [1, 2] }\n', '1:23: error: the value of "conntrack" is wrong (expected one number)'],
  [
    'sysctls: { conntrack: yes please }\n',
    '1:23: error: "yes please" is not a value of "conntrack" (expected a number, or a list of numbers)',
  ],
  ['plane: auto\nplane: ipvs\n', '2:1: error: Map keys must be unique'],
  [
    'marks:\n  - { mark: 1, ports: { from: 90, to: 80 } }\n',
    '2:23: error: the value of "ports" is wrong (expected from, and to that is not below it)',
  ],
])('%j: place, what was expected, and the nearest word', (text, message) => {
  expect(said(text)).toEqual([`d.yaml:${message}`]);
});

it('takes sysctls as numbers and lists, and writes them so that they are read again', () => {
  const { configuration } = parseYaml('sysctls: { sync_threshold: [3, 10], conn_reuse_mode: 0 }\n', 'd.yaml');
  expect(configuration?.sysctls).toEqual({ sync_threshold: [3, 10], conn_reuse_mode: [0] });
  if (configuration) expect(parseYaml(writeYaml(configuration).text, 'd.yaml').configuration).toEqual(configuration);
});
