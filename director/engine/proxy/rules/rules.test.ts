import { describe, expect, it } from 'vitest';
import { parseHaproxy } from '../../../config/haproxy/parse.ts';
import { formatProblem } from '../../../config/problem.ts';
import { fromLatin1 } from '../../http/octets.ts';
import type { ProxyConfiguration } from '../configuration.ts';
import type { Stream } from '../runtime/stream.ts';
import type { RulePorts } from '../samples/setting.ts';
import { makeTable } from '../stick/table.ts';
import { ProxyBed } from '../testing/proxy-bed.ts';
import { ruleMakers } from './compile-rules.ts';
import { errorPage } from './error-pages.ts';

const ports = (configuration: ProxyConfiguration): RulePorts => ({
  userlists: configuration.userlists,
  buffers: configuration.global.buffers,
  processId: 4242,
  environmentVariable: () => undefined,
  file: () => undefined,
  formatOf: () => undefined,
  addressesOf: (host) => (host === 'client.example' ? ['192.0.2.1'] : []),
  zoneOffset: () => 60,
  matchesHash: (password, hashed) => hashed === `$5$${password}`,
  isLocal: (address) => address === '192.0.2.1',
});

function bed(lines: readonly string[], mode: 'http' | 'tcp' = 'http'): ProxyBed {
  const text = `
userlist people
user u password $5$secret
defaults
mode ${mode}
timeout client 30s
timeout server 30s
timeout connect 5s
listen front
bind :80
${lines.join('\n')}
server one 192.0.2.9:80
`;
  const { configuration, problems } = parseHaproxy(text, 'haproxy.cfg');
  if (configuration === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  return new ProxyBed(configuration, { ...ruleMakers(ports(configuration)), table: makeTable });
}

const GET = 'GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-Two: b\r\n\r\n';

/** What the server gets of a request. */
function forwarded(lines: readonly string[], request = GET): string {
  const world = bed(lines);
  world.connect().deliver(request, world.now);
  return world.opened.length === 0 ? '' : world.arrive().takeSent();
}

/** What the client gets when no server is asked. */
function answered(lines: readonly string[], request = GET): string {
  const world = bed(lines);
  const client = world.connect();
  client.deliver(request, world.now);
  return client.takeSent();
}

describe('rules that wait', () => {
  const post = 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc';

  it('for a body go on with all of it', () => {
    const world = bed(['http-request wait-for-body time 5s', 'http-request set-header X-Body %[req.body]']);
    const client = world.connect();
    client.deliver(post, world.now);
    expect(world.opened).toHaveLength(0);
    client.deliver('def', world.now);
    expect(world.arrive().takeSent()).toContain('x-body: abcdef\r\n');
  });

  it('for a body go on when the time is up, counted from the first time', () => {
    const world = bed(['http-request wait-for-body time 5s', 'http-request set-header X-Body %[req.body]']);
    const client = world.connect();
    client.deliver(post, world.now);
    world.pass(3000);
    client.deliver('d', world.now);
    world.pass(1999);
    expect(world.opened).toHaveLength(0);
    world.pass(1);
    expect(world.arrive().takeSent()).toContain('x-body: abcd\r\n');
  });

  it('for a body are content with as much as they want', () => {
    const request = ['http-request wait-for-body time 5s at-least 3', 'http-request set-header X-Body %[req.body]'];
    expect(forwarded(request, post)).toContain('x-body: abc\r\n');
  });

  it('keep strict-mode as it was', () => {
    const world = bed([
      'http-request strict-mode off',
      'http-request wait-for-body time 1s',
      'http-request set-path "%[req.hdr(none)] blank"',
    ]);
    const client = world.connect();
    client.deliver(post, world.now);
    world.pass(1000);
    expect(world.opened).toHaveLength(1);
  });
});

describe('a rewrite that cannot be done', () => {
  it('is 500 in strict mode, and counted', () => {
    const world = bed(['http-request set-path "a blank"']);
    const client = world.connect();
    client.deliver(GET, world.now);
    expect(client.takeSent()).toMatch(/^HTTP\/1.1 500 /);
    expect([...world.engine.frontends.values()][0]?.counters.failedRewrites).toBe(1);
  });

  it('is passed over without', () => {
    expect(forwarded(['http-request strict-mode off', 'http-request set-path "a blank"'])).toMatch(/^GET \/a\?b=c /);
  });

  it('is one that would need more than the room for rewriting', () => {
    const large = 'x'.repeat(900);
    const rules = [1, 2, 3].map((index) => `http-request set-header X-${index} ${large}`);
    expect(forwarded(rules)).toContain(`x-3: ${large}`);
    const filler = `X-Fill: ${'y'.repeat(14_000)}\r\n`;
    expect(answered(rules, GET.replace('\r\n', `\r\n${filler}`))).toMatch(/^HTTP\/1.1 500 /);
  });

  it('is not one of the fields that the head’s writer decides on', () => {
    expect(forwarded(['http-request set-header Content-Length 99', 'http-request del-header host'])).toBe(
      'GET /a?b=c HTTP/1.1\r\nx-two: b\r\n\r\n',
    );
  });
});

describe('rules of connections in mode tcp', () => {
  const rules = ['tcp-request inspect-delay 5s', 'tcp-request content reject if { req.payload(0,3) -m str bad }'];

  it('wait for what they ask for', () => {
    const world = bed(rules, 'tcp');
    const client = world.connect();
    client.deliver('go', world.now);
    expect(world.opened).toHaveLength(0);
    client.deliver('od', world.now);
    expect(world.opened).toHaveLength(1);
  });

  it('reject what they find', () => {
    const world = bed(rules, 'tcp');
    const client = world.connect();
    client.deliver('bad!', world.now);
    expect(world.opened).toHaveLength(0);
    expect(client.state).not.toBe('open');
  });

  it('go on when the time is up', () => {
    const world = bed(rules, 'tcp');
    world.connect().deliver('b', world.now);
    world.pass(4999);
    expect(world.opened).toHaveLength(0);
    world.pass(1);
    expect(world.opened).toHaveLength(1);
  });

  it('take what has not come for not there when the time is up', () => {
    const world = bed(['tcp-request inspect-delay 5s', 'tcp-request content reject unless { hdr(host) h }'], 'tcp');
    const client = world.connect();
    client.deliver('GET / HTTP/1.1\r\n', world.now);
    world.pass(5000);
    expect([client.state === 'open', world.opened.length]).toEqual([false, 0]);
  });

  it('read requests that lie in the connection', () => {
    const world = bed(['tcp-request inspect-delay 5s', 'tcp-request content reject unless { hdr(host) h }'], 'tcp');
    const client = world.connect();
    client.deliver('GET / HTTP/1.1\r\n', world.now);
    expect([client.state, world.opened.length]).toEqual(['open', 0]);
    client.deliver('Host: h\r\n\r\n', world.now);
    expect(world.opened).toHaveLength(1);
  });
});

describe("a client's TLS that passes through", () => {
  const word = (value: number): string => String.fromCharCode(value >> 8, value & 255);
  const sized = (content: string): string => word(content.length) + content;
  const extension = (type: number, content: string): string => word(type) + sized(content);
  const name = 'www.example.org';
  const extensions = extension(16, sized('\x02h2\x08http/1.1')) + extension(0, sized(`\0${sized(name)}`));
  const hello = `\x03\x03${'r'.repeat(32)}\0${sized('\x13\x01')}\x01\0${sized(extensions)}`;
  const handshake = `\x01\0${sized(hello)}`;
  const record = `\x16\x03\x01${sized(handshake)}`;

  it.each([
    [`req.ssl_sni ${name}`, true],
    ['req.ssl_sni www.example.com', false],
    ['req.ssl_alpn -m str h2,http/1.1', true],
    ['req.ssl_hello_type 1', true],
    ['req.ssl_ver 3.3', true],
    ['req.ssl_ver gt 3.3', false],
  ])('%s: %s', (condition, passes) => {
    const world = bed(['tcp-request inspect-delay 5s', `tcp-request content reject unless { ${condition} }`], 'tcp');
    const client = world.connect();
    for (const octet of record.slice(0, -1)) client.deliver(octet, world.now);
    expect(world.opened).toHaveLength(0);
    client.deliver(record.slice(-1), world.now);
    expect(world.opened).toHaveLength(passes ? 1 : 0);
  });
});

describe('keys that are tracked', () => {
  const table = 'stick-table type ip size 10 store gpc0,gpt0,conn_cnt,http_req_cnt,conn_cur';

  it('count, and their counts are samples', () => {
    const world = bed([
      table,
      'http-request track-sc0 src',
      'http-request sc-inc-gpc0(0)',
      'http-request sc-set-gpt0(0) 7',
      'http-request set-header X-Counts "%[sc_conn_cnt(0)] %[sc_http_req_cnt(0)] %[sc0_get_gpc0] %[src_get_gpt0] %[src,table_gpc0(front)] %[sc_tracked(0)] %[sc_tracked(1)] %[src,in_table(front)] %[sc_conn_rate(0)]"',
      'http-request deny deny_status 429 if { sc_inc_gpc0(0) gt 4 }',
    ]);
    const counts: string[] = [];
    for (let asked = 0; asked < 3; asked++) {
      const client = world.connect();
      const opened = world.opened.length;
      client.deliver(GET, world.now);
      if (world.opened.length > opened) counts.push(/x-counts: (.*)\r/.exec(world.arrive().takeSent())?.[1] ?? '');
      else counts.push(client.takeSent().slice(9, 12));
    }
    expect(counts).toEqual(['1 1 1 7 1 1 0 1 ', '2 2 3 7 3 1 0 1 ', '429']);
  });
});

describe('addresses and passwords', () => {
  it('of hosts are those that were found when the file was put to use', () => {
    expect(answered(['http-request deny if { src client.example }'])).toMatch(/ 403 /);
    expect(forwarded(['http-request deny if { src other.example }'])).toMatch(/^GET/);
  });

  it('are this host’s own when the port says so', () => {
    expect(forwarded(['http-request set-header X-L "%[src_is_local]"'])).toContain('x-l: 1\r\n');
  });

  it('are compared as crypt(3) has them', () => {
    const basic = (pair: string): string => `${GET.slice(0, -2)}Authorization: Basic ${btoa(pair)}\r\n\r\n`;
    const rule = ['http-request auth unless { http_auth(people) }'];
    expect(forwarded(rule, basic('u:secret'))).toMatch(/^GET/);
    expect(answered(rule, basic('u:wrong'))).toMatch(/^HTTP\/1.1 401 .*www-authenticate: Basic realm="front"\r\n/s);
    expect(answered(rule)).toMatch(/^HTTP\/1.1 401 /);
  });
});

describe('errors', () => {
  it.each([200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504])(
    '%i say how long they are',
    (status) => {
      const [head = '', body = ''] = errorPage(status).split('\r\n\r\n');
      expect(head).toContain(`content-length: ${fromLatin1(body).length}\r\n`);
      expect(head.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    },
  );

  it('that have no page are 500', () => {
    expect(errorPage(599)).toBe(errorPage(500));
  });
});

describe('a tarpit', () => {
  it('answers when its time is up', () => {
    const world = bed(['timeout tarpit 2s', 'http-request tarpit deny_status 429']);
    const client = world.connect();
    client.deliver(GET, world.now);
    world.pass(1999);
    expect(client.takeSent()).toBe('');
    world.pass(1);
    expect(client.takeSent()).toMatch(/^HTTP\/1.1 429 /);
  });
});

describe('a line of a log', () => {
  it('has every variable', () => {
    const lines: string[] = [];
    const world = bed([
      'option httplog',
      'capture request header X-Two len 8',
      'http-request set-header X-Log "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"',
      'http-request set-header X-More "%H %ID %T %Tl %trg %trl %Ts %{+X}Ts %ms %{+X}pid %pid %{+X}rt %lc %U %hrl %hsl %Th %Ti %Tq %Td %Tt %Tu %fi %fp %f %bi %bp %si %sp %sslc %sslv %ts %{+X}ci %{+X}cp %t"',
    ]);
    world.now = 1_700_000_000_045;
    world.connect().deliver(GET, world.now);
    for (const line of world.arrive().takeSent().split('\r\n')) if (/^x-(?:log|more)/.test(line)) lines.push(line);
    expect(lines).toEqual([
      'x-log: 192.0.2.1:4711 [14/Nov/2023:23:13:20.045] front front/<NOSRV> 0/-1/-1/-1/0 -1 0   ---- 1/1/0/0/0 0/0 {}  "GET /a?b=c HTTP/1.1"',
      'x-more: bed  14/Nov/2023:22:13:20 +0000 14/Nov/2023:23:13:20 +0100 14/Nov/2023:22:13:20 +0000 14/Nov/2023:23:13:20 +0100 1700000000 6553F100 045 1092 4242 0000 0 42 -  0 0 0 -1 0 0 192.0.2.1 4711 front       -- C0000201 1267 14/Nov/2023:23:13:20.045',
    ]);
  });
});

describe('choices', () => {
  it('go by the first condition that holds, and computed names must be there', () => {
    const world = bed(['use_backend %[req.hdr(x-two)] if { path_beg /a }', 'monitor fail if { path /down }']);
    world.connect().deliver(GET, world.now);
    expect(world.opened).toHaveLength(1);
    expect((world.ended as readonly Stream[]).length).toBe(0);
  });
});
