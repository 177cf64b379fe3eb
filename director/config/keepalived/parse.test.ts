import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../problem.ts';
import { parseKeepalived } from './parse.ts';

const document = readFileSync(new URL('../fixtures/tfg-master.conf', import.meta.url), 'utf8');
const said = (text: string) => parseKeepalived(text, 'k.conf').problems.map(formatProblem);
const instance = (lines: string) =>
  `vrrp_instance V {\n interface eth0\n virtual_router_id 7\n virtual_ipaddress {\n 10.0.0.9\n }\n${lines}\n}`;

describe("the document's keepalived.conf, as its text gives it", () => {
  const { configuration, problems } = parseKeepalived(document, 'keepalived.conf');

  it('is usable: its stray braces and what they push out are warnings with their line', () => {
    expect(problems.map(({ severity, line }) => [severity, line])).toEqual([
      ['warning', 22],
      ['warning', 76],
      ['warning', 77],
      ['warning', 83],
      ['warning', 89],
    ]);
  });

  it('gives two instances in one sync group', () => {
    expect(configuration?.instances).toMatchObject([
      { name: 'VI_E', interface: 'eth0', vrid: 51, priority: 150, startsAs: 'MASTER', syncGroup: 'VG1' },
      { name: 'VI_I', interface: 'eth1', vrid: 52, priority: 150, password: 'mypasswd', syncGroup: 'VG1' },
    ]);
    expect(
      configuration?.instances.map(({ virtualAddresses }) => virtualAddresses.map(({ address }) => address)),
    ).toEqual([['192.168.1.200', '192.168.1.202'], ['10.0.100.200']]);
  });

  it('fills in the defaults of keepalived', () => {
    expect(configuration?.instances[0]).toMatchObject({
      version: 2,
      advertIntervalMs: 1000,
      preempt: true,
      preemptDelayMs: 0,
      virtualAddresses: [{ prefixLength: 32, interface: 'eth0' }, { prefixLength: 32 }],
      gratuitousArp: { repeat: 5, delayMs: 5000, refreshMs: 0, refreshRepeat: 1 },
    });
    expect(configuration?.virtualServers[0]?.realServers[0]).toEqual({
      address: '10.0.100.2',
      port: 80,
      forwarding: 'masq',
      weight: 1,
      upperThreshold: 0,
      lowerThreshold: 0,
      inhibitOnFailure: false,
      startsDown: false,
      checks: [
        {
          kind: 'TCP_CHECK',
          address: '10.0.100.2',
          port: 80,
          timeoutMs: 3000,
          retries: 1,
          delayBeforeRetryMs: 1000,
          intervalMs: 3000,
          warmupMs: 3000,
        },
      ],
    });
  });

  it('keeps the two DNS servers that a brace too many had pushed out', () => {
    expect(
      configuration?.virtualServers.map(({ protocol, address, port, scheduler, realServers }) => ({
        service: `${protocol} ${address}:${port} ${scheduler}`,
        servers: realServers.map((server) => `${server.address}:${server.port}`),
      })),
    ).toEqual([
      { service: 'TCP 192.168.1.202:80 rr', servers: ['10.0.100.2:80', '10.0.100.3:80', '10.0.100.4:80'] },
      { service: 'UDP 192.168.1.200:53 rr', servers: ['10.0.100.5:53', '10.0.100.6:53', '10.0.100.7:53'] },
    ]);
  });
});

describe('parseKeepalived', () => {
  it('reports all problems at once, each with its place, what was expected and the nearest word', () => {
    const text = `vrrp_instanc A {\n}\nvrrp_instance B {\n  interface eth0\n  virtual_router_id 300\n  prority 100\n  virtual_ipaddress { 10.0.0.256 }\n}`;
    const lines = said(text);
    expect(lines[0]).toMatch(
      /^k.conf:1:1: error: unknown word "vrrp_instanc" in the file; did you mean "vrrp_instance"\?/,
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^k.conf:5:21: error: "300" .*\(expected a whole number from 1 to 255\)/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^k.conf:6:3: error: unknown word "prority" .*"priority"/));
    expect(lines).toContainEqual(expect.stringMatching(/^k.conf:7:23: error: "10.0.0.256" is not an address/));
  });

  it('gives no configuration when there is an error', () => {
    expect(parseKeepalived('nonsense', 'k.conf').configuration).toBeUndefined();
  });

  it('does not call a known word of keepalived misspelt', () => {
    expect(said(instance(' use_vmac'))).toEqual([
      expect.stringMatching(
        /^k.conf:7:2: error: "use_vmac" is a word of this format that this director does not act on/,
      ),
    ]);
  });

  it('understands intervals below a second in version 3, from either word', () => {
    const text = `global_defs {\n vrrp_version 3\n}\n${instance(' advert_int 0.1')}`;
    expect(parseKeepalived(text, 'k.conf').configuration?.instances[0]).toMatchObject({
      version: 3,
      advertIntervalMs: 100,
    });
    expect(said(instance(' version 3\n advert_int 0.25'))).toEqual([]);
  });

  it.each([
    [' advert_int 0.1', 'version 2 of VRRP counts whole seconds'],
    [' version 3\n advert_int 41', 'up to 40.95 seconds'],
    [' version 3\n advert_int 0.125', 'hundredths of a second'],
    [' priority 0', '"0" is out of place'],
    [' state MATSER', '"MATSER" is not a value of "state"; did you mean "MASTER"?'],
    [' priority', '"priority" needs a value'],
    [' priority 1 2', 'unexpected "2"'],
    [' authentication { auth_type AH }', 'AH is not supported'],
    [' authentication', 'needs a block'],
    [' nopreempt\n state MASTER', 'nopreempt needs the initial state BACKUP'],
    [' version 3\n authentication { auth_type PASS\n auth_pass x\n }', 'has no authentication'],
    [' authentication { auth_pass ninechars }', 'only the first 8 characters'],
    [' virtual_ipaddress { 10.0.0.8 scop link }', '"scop" is not understood after an address; did you mean "scope"?'],
    [' virtual_ipaddress { fe80::1 }', 'the addresses of an instance are all of one family'],
  ])('%j is answered with: %s', (lines, message) => {
    expect(said(instance(lines)).join('\n')).toContain(message);
  });

  it('reads preemption, delays and gratuitous ARP settings', () => {
    const text = instance(' nopreempt\n preempt_delay 3\n garp_master_delay 1\n garp_master_repeat 2\n priority 42');
    expect(parseKeepalived(text, 'k.conf').configuration?.instances[0]).toMatchObject({
      preempt: false,
      preemptDelayMs: 3000,
      priority: 42,
      gratuitousArp: { delayMs: 1000, repeat: 2 },
    });
  });

  it('sees that a block is never closed, at the brace that opened it', () => {
    expect(said('vrrp_instance V {\n state BACKUP\n')).toContainEqual(
      expect.stringMatching(/^k.conf:1:17: error: the block of "vrrp_instance" is never closed/),
    );
  });

  it('takes a brace on the line after its word', () => {
    expect(said(instance('').replace('vrrp_instance V {', 'vrrp_instance V\n{'))).toEqual([]);
  });

  it('sees instances, router identifiers and services that are there twice', () => {
    expect(said(`${instance('')}\n${instance('')}`)).toEqual([
      expect.stringContaining('vrrp_instance "V" is there already, on line 1'),
      expect.stringContaining('virtual_router_id 7 on eth0 is there already, on line 1'),
    ]);
  });

  it('sees members of a sync group that do not exist', () => {
    expect(said(`vrrp_sync_group G { group { W V } }\n${instance('')}`)).toEqual([
      expect.stringContaining('there is no vrrp_instance "W"; did you mean "V"?'),
    ]);
  });

  it('takes the certificate of SSL { } and says that it is not used', () => {
    expect(said('SSL {\n ca /etc/ca.pem\n certificat /etc/c.pem\n}\n')).toEqual([
      'k.conf:1:1: warning: "SSL" has no effect here: checks over TLS show no certificate and trust every server',
      expect.stringMatching(/^k.conf:3:2: error: unknown word "certificat" in SSL; did you mean "certificate"/),
    ]);
  });
});
