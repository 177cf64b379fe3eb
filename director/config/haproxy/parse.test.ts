import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Proxy, ProxyConfiguration } from '../../engine/proxy/configuration.ts';
import { detectFormat } from '../formats.ts';
import { formatProblem } from '../problem.ts';
import { parseHaproxy, type HaproxyParseResult } from './parse.ts';
import type { HaproxySurroundings } from './scope.ts';

const tfg = readFileSync(new URL('../fixtures/tfg-haproxy.cfg', import.meta.url), 'utf8');

function read(text: string, surroundings?: HaproxySurroundings): HaproxyParseResult {
  return parseHaproxy(text, 'haproxy.cfg', surroundings);
}

function accepted(text: string, surroundings?: HaproxySurroundings): ProxyConfiguration {
  const { configuration, problems } = read(text, surroundings);
  expect(problems.filter(({ severity }) => severity === 'error').map(formatProblem)).toEqual([]);
  return configuration!;
}

const complaints = (text: string, surroundings?: HaproxySurroundings): string[] =>
  read(text, surroundings).problems.map(formatProblem);

function proxy<K extends Proxy['kind']>(configuration: ProxyConfiguration, kind: K, name: string) {
  const found = configuration.proxies.find((one) => one.kind === kind && one.name === name);
  return found as Extract<Proxy, { kind: K }>;
}

/** A file that is right but for what is put into it. */
const site = (frontend: string, backend = ''): string => `
global
defaults
  mode http
  timeout client 1s
  timeout server 1s
  timeout connect 1s
frontend front
  bind :80
  default_backend back
${frontend}
backend back
  server s1 10.0.0.1:80
${backend}
`;

describe("the document's haproxy.cfg", () => {
  const configuration = accepted(tfg);

  it('reads without a problem', () => {
    expect(complaints(tfg)).toEqual([]);
  });

  it('is known by its name and by what is in it', () => {
    expect(detectFormat('/etc/haproxy/haproxy.cfg', '')).toBe('haproxy');
    expect(detectFormat('site.conf', tfg)).toBe('haproxy');
  });

  it('has its global section', () => {
    const { logs, process } = configuration.global;
    expect(process).toEqual({ daemon: true, user: 'haproxy', group: 'haproxy', chroot: '/var/lib/haproxy' });
    expect(logs.map(({ to, facility, level }) => [to, facility, level])).toEqual([
      [{ kind: 'unix', path: '/dev/log' }, 'local0', 'debug'],
      [{ kind: 'unix', path: '/dev/log' }, 'local1', 'notice'],
    ]);
  });

  it('has its frontends with what defaults say', () => {
    const http = proxy(configuration, 'frontend', 'haproxy-http');
    expect(http.mode).toBe('http');
    expect(http.forwardFor).toEqual({ header: 'X-Forwarded-For', ifNone: false });
    expect(http.logs).toEqual(configuration.global.logs);
    expect(http.front.timeouts).toEqual({ clientMs: 3000 });
    expect(http.front.defaultBackend).toBe('http-servers');
    expect(http.front.log.skipsEmpty).toBe(true);
    expect(http.front.log.format?.filter(({ kind }) => kind === 'variable')).toHaveLength(26);
    expect(http.front.binds.map(({ endpoints }) => endpoints)).toEqual([
      [{ kind: 'inet', host: '192.168.1.200', family: 4, ports: { from: 8000, to: 8000 } }],
    ]);
    expect(http.errors.map(({ status }) => status)).toEqual([400, 403, 408, 500, 502, 503, 504]);
    const tcp = proxy(configuration, 'frontend', 'haproxy-tcp');
    expect([tcp.mode, tcp.front.defaultBackend, tcp.forwardFor]).toEqual(['tcp', 'tcp-servers', undefined]);
    expect(proxy(configuration, 'frontend', 'ft_https').front.log.format).toBeUndefined();
  });

  it('has its backends', () => {
    const { mode, back } = proxy(configuration, 'backend', 'http-servers');
    expect(mode).toBe('http');
    expect(back.balance).toEqual({ method: 'roundrobin' });
    expect([back.retries, back.redispatch]).toEqual([3, -1]);
    expect(back.timeouts).toEqual({ connectMs: 5000, serverMs: 3000, queueMs: 5000 });
    expect(back.cookie).toMatchObject({ name: 'SERVERID', mode: 'insert', indirect: false, noCache: false });
    expect(back.check).toEqual({
      kind: 'http',
      steps: [
        { action: 'send', method: 'OPTIONS', uri: [{ kind: 'text', text: '/' }], version: 'HTTP/1.0', headers: [] },
      ],
      disableOn404: false,
      sendState: false,
    });
    expect(back.servers.map(({ name, cookie, weight, endpoint }) => [name, cookie, weight, endpoint])).toEqual(
      ['cluster2', 'cluster3', 'cluster4'].map((host) => [
        host,
        host,
        1,
        { kind: 'inet', host, family: 'any', port: { number: 80, relative: false } },
      ]),
    );
    expect(back.servers[0]?.check).toEqual({ intervalMs: 2000, rise: 2, fall: 3, alpn: [], sendProxy: false });
    const https = proxy(configuration, 'backend', 'bk_https');
    expect([https.mode, https.back.check, https.back.servers.length]).toEqual(['tcp', { kind: 'connect' }, 3]);
  });

  it('has its statistics', () => {
    const { statistics, front } = proxy(configuration, 'listen', 'stats');
    expect(statistics).toMatchObject({
      uri: '/haproxy?stats',
      realm: 'HAProxy Statistics',
      accounts: [{ user: 'admin', password: '123' }],
      refresh: 5,
      description: 'Nodo Master',
      admin: [{ polarity: 'if', alternatives: [[{ negated: false, acl: { name: 'TRUE' } }]] }],
    });
    expect(front.binds[0]?.endpoints).toMatchObject([{ host: '0.0.0.0', ports: { from: 7000, to: 7000 } }]);
  });

  it('tells of the blank that the document forgot to escape, and of what 2.6 has no more', () => {
    const [realm] = complaints(tfg.replace('HAProxy\\ Statistics', 'HAProxy Statistics'));
    expect(realm).toMatch(/:71:25: warning: "Statistics" is ignored/);
    const [listen] = complaints(tfg.replace('listen stats', 'listen stats 0.0.0.0:7000'));
    expect(listen).toMatch(/:65:14: error: unexpected "0\.0\.0\.0:7000".*a line "bind"/);
  });
});

describe('the other document', () => {
  it('chooses by host and balances by weight', () => {
    const text = `frontend sitio_http
  bind 192.168.0.20:80
  acl host_www.proba.lan hdr(host) -i proba.lan
  acl host_www.proba.lan hdr(host) -i www.proba.lan
  use_backend proba_lan_back if host_www.proba.lan
backend proba_lan_back
  balance roundrobin
  server server01 192.168.1.41:80 check weight 22
  server server02 192.168.1.42:80 check weight 40
`;
    const configuration = accepted(text);
    const sample = { fetch: 'req.hdr', arguments: ['host'], converters: [], type: 'str' };
    const test = (value: string) => ({ sample, patterns: { method: 'str', values: [value], ignoreCase: true } });
    expect(proxy(configuration, 'frontend', 'sitio_http').front.useBackend).toEqual([
      {
        backend: { kind: 'named', name: 'proba_lan_back' },
        when: {
          polarity: 'if',
          alternatives: [
            [
              {
                negated: false,
                acl: { name: 'host_www.proba.lan', tests: [test('proba.lan'), test('www.proba.lan')] },
              },
            ],
          ],
        },
      },
    ]);
    expect(proxy(configuration, 'backend', 'proba_lan_back').back.servers.map(({ weight }) => weight)).toEqual([
      22, 40,
    ]);
    expect(complaints(text).every((line) => line.includes('no timeout for'))).toBe(true);
  });
});

describe('conditions', () => {
  const condition = (text: string) => {
    const { front } = proxy(accepted(site(`use_backend back ${text}`)), 'frontend', 'front');
    return front.useBackend[0]?.when?.alternatives.map((terms) =>
      terms.map(({ negated, acl }) => `${negated ? '!' : ''}${acl.name ?? acl.tests[0]?.sample.fetch}`),
    );
  };
  it.each([
    ['if { path /x } METH_GET or !{ ssl_fc }', [['path', 'METH_GET'], ['!ssl_fc']]],
    ['unless ! ! TRUE || FALSE OR HTTP', [['TRUE'], ['FALSE'], ['HTTP']]],
    ['if ! { src 10.0.0.1 } LOCALHOST', [['!src', 'LOCALHOST']]],
  ])('%s', (text, expected) => {
    expect(condition(text)).toEqual(expected);
  });

  const patterns = (acl: string) => {
    const { front } = proxy(accepted(site(`use_backend back if { ${acl} }`)), 'frontend', 'front');
    return front.useBackend[0]?.when?.alternatives[0]?.[0]?.acl.tests[0]?.patterns;
  };
  it.each([
    ['dst_port gt 1024 le 2048 80:90', { method: 'int', ranges: [{ from: 1025 }, { to: 2048 }, { from: 80, to: 90 }] }],
    ['req.ssl_ver ge 3.1', { method: 'version', ranges: [{ from: 0x3_00_01 }] }],
    ['path_reg -i ^/a', { method: 'reg', expressions: [{ source: '^/a', ignoreCase: true }] }],
    [
      'src 10.0.0.0/255.0.0.0 ::1 www.example.org',
      {
        method: 'ip',
        networks: [
          { address: '10.0.0.0', prefixLength: 8 },
          { address: '::1', prefixLength: 128 },
        ],
        names: ['www.example.org'],
      },
    ],
    ['hdr(host) -m found', { method: 'found' }],
    ['path -- -i', { method: 'str', values: ['-i'], ignoreCase: false }],
    ['req.payload(0,2) -m bin 1603', { method: 'bin', values: [Uint8Array.of(0x16, 3)] }],
  ])('%s', (text, expected) => {
    expect(patterns(text)).toEqual(expected);
  });

  it('takes patterns from files', () => {
    const files = { read: () => '# a\n  10.0.0.1\r\n\n10.0.0.2', kind: () => 'file' as const };
    const { front } = proxy(accepted(site('use_backend back if { src -f /x }'), { files }), 'frontend', 'front');
    const test = front.useBackend[0]?.when?.alternatives[0]?.[0]?.acl.tests[0];
    expect(test?.patterns).toMatchObject({ networks: [{ address: '10.0.0.1' }, { address: '10.0.0.2' }] });
  });
});

describe('what is wrong has a place, and a word that was meant', () => {
  it.each([
    [site('bnd :81'), ':11:1: error: unknown word "bnd" in frontend; did you mean "bind"?'],
    [site('default_backend bak'), ':11:17: error: there is no backend "bak"; did you mean "back"?'],
    [site('use_backend back if FALS'), ':11:21: error: no such ACL: "FALS"; did you mean "FALSE"?'],
    [
      site('', 'server s2 10.0.0.2:80 chek'),
      ':14:23: error: unknown word "chek" in a server line; did you mean "check"?',
    ],
    [site('', 'server s1 10.0.0.2:80'), ':14:8: error: there is a server "s1" already, in line 13'],
    [site('timeout clint 5s'), ':11:9: error: unknown timeout "clint"; did you mean "client"?'],
    [site('acl a hdr(host'), ':11:15: error: a closing parenthesis is missing'],
    [site('http-request set-header X %[pathh]'), 'error: unknown sample fetch "pathh"; did you mean "path"?'],
    [site('filter trace'), ':11:1: error: "filter" is not served by this director'],
    [`${site('')}peers p\n`, 'error: a section "peers" is not served by this director'],
    ['frontend f\n bind :80', ':2:10: error: the last line does not end'],
    [site('mode tcp\nhttp-request deny'), ':12:1: warning: "http-request" does nothing in "front": its mode is tcp'],
    ['backend b\n server s 10.0.0.1:80\n', ':1:1: error: nothing in this file listens'],
  ])('%#', (text, expected) => {
    expect(complaints(text).join('\n')).toContain(expected);
  });
});

describe('defaults', () => {
  const text = `
defaults base
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
  default-server inter 7s
  http-request deny if FALSE
defaults
  mode tcp
frontend a from base
  bind :80
  default_backend b
  http-request allow
backend b
  server s1 10.0.0.1:80 check
`;
  it('are those of the name, or the last ones', () => {
    const configuration = accepted(text.replace('default_backend b\n', ''));
    const front = proxy(configuration, 'frontend', 'a');
    expect([front.mode, front.front.timeouts.clientMs]).toEqual(['http', 5000]);
    expect(front.rules.httpRequest.map(({ action }) => action)).toEqual(['deny', 'allow']);
    const { mode, back } = proxy(configuration, 'backend', 'b');
    expect([mode, back.timeouts, back.servers[0]?.check?.intervalMs]).toEqual(['tcp', {}, 2000]);
  });

  it('cannot give the same rules to frontends and backends', () => {
    expect(complaints(text.replace('\nbackend b', '\nbackend b from base')).join('\n')).toContain(
      'frontends and backends cannot take over rules from the same defaults',
    );
  });
});
