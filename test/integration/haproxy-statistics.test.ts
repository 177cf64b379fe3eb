import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columns } from '../../director/engine/proxy/statistics/columns.ts';
import { DirectorStatistics, HaproxyStatistics } from './support/haproxy-statistics.ts';
import { haproxyVersion } from './support/haproxy-verdicts.ts';

const CREDENTIALS = `authorization: Basic ${Buffer.from('admin:secret').toString('base64')}\r\n`;

/** One after the other: states that the earlier ones have changed are seen by the later ones. */
const commands = [
  ...['set server', 'set server be/free', 'set server be/zz state ready', 'set server zz/w1 state ready'],
  ...['set server be/free foo', 'set server be/free state', 'set server be/free state foo', 'show servers state be'],
  ...['set server be/free state drain', 'show servers state be', 'set server be/follower health up'],
  ...['set server be/free state maint', 'show servers state be', 'set server be/free state ready'],
  ...['set server be/down state maint', 'show servers state be', 'set server be/free health foo'],
  ...['set server be/free agent up', 'set server be/free weight', 'set server be/free weight 300'],
  ...['set server be/free weight -1', 'set server be/free weight x', 'set server be/free weight 20x'],
  ...['set server be/free weight 50%', 'set server be/free weight 20', 'get weight be/free', 'get weight be/zz'],
  ...['get weight', 'get weight be', 'set weight', 'set weight be/free', 'set weight be/free 10', 'get weight be/free'],
  ...['set server be/free addr', 'set server be/free addr foo', 'set server be/free addr 127.0.0.2'],
  ...['set server be/free addr 127.0.0.2', 'set server be/free addr 127.0.0.3 port 99', 'show servers state be'],
  ...['set server be/down addr 127.0.0.3 port +5', 'set server be/free addr 127.0.0.3 port x'],
  ...['set server be/free addr 127.0.0.3 port 99999', 'set server be/free addr 127.0.0.3 por 9'],
  ...['set server be/free check-port 80', 'set server be/down check-port', 'set server be/down check-port 99999'],
  ...[
    'set server be/down check-port 88',
    'set server be/down check-addr foo',
    'set server be/down check-addr 127.0.0.9',
  ],
  ...['show servers state be', 'set server be/free agent-addr 1.2.3.4', 'set server be/free agent-port 4'],
  ...['set server be/free agent-send x', 'set server be/free fqdn a.example', 'set server be/free fqdn'],
  ...['set server be/free ssl on', 'set maxconn frontend', 'set maxconn frontend fe', 'set maxconn frontend zz 10'],
  ...[
    'set maxconn frontend fe 100',
    'set maxconn server tb/t1 20',
    'set maxconn server tb/t1',
    'set maxconn server tb/t1 x',
  ],
  ...['set maxconn server tb/zz 5', 'set maxconn global', 'set maxconn global 10000', 'set maxconn global 400'],
  ...[
    'disable server',
    'disable server be/free',
    'show servers state be',
    'enable server be/free',
    'enable server be/zz',
  ],
  ...['disable health be/free', 'enable health be/free', 'disable health be/down', 'show servers state be'],
  ...['enable health be/down', 'disable agent be/free', 'enable agent be/free', 'show servers state'],
  ...[
    'disable frontend',
    'disable frontend zz',
    'disable frontend be',
    'disable frontend tcpf',
    'disable frontend tcpf',
  ],
  ...['enable frontend tcpf', 'enable frontend tcpf', 'enable frontend zz', 'shutdown frontend'],
  ...['shutdown session', 'shutdown session 0x123', 'shutdown session x', 'shutdown sessions server be/zz'],
  ...['shutdown sessions server', 'shutdown sessions server be/free', 'set table', 'set table zz', 'set table fe'],
  ...['set table fe key', 'set table fe key 1.2.3.4', 'set table fe key 1.2.3.4 data.gpc0'],
  ...['set table fe key 1.2.3.4 data.gpc0 5 data.conn_cnt 7', 'set table fe key 1.2.3.4 data.http_req_rate 7'],
  ...[
    'set table fe key 1.2.3.4 data.foo 7',
    'set table fe key 1.2.3.4 data.gpc1 7',
    'set table fe key foo data.gpc0 7',
  ],
  ...['set table fe key 1.2.3.4 data.gpc0 x', 'show table', 'show table fe', 'show table fe key 1.2.3.4'],
  ...['show table fe key 9.9.9.9', 'show table fe data.gpc0 gt 6', 'show table fe data.gpc0 lt 3'],
  ...['show table fe data.gpc0 xx 3', 'show table fe data.gpc0 gt', 'show table fe data.gpc0 gt x'],
  ...['show table fe data.gpc1 gt 3', 'show table zz', 'show table be', 'clear table fe key 5.5.5.5'],
  ...[
    'clear table fe data.gpc0 eq 5',
    'show table fe',
    'clear table fe',
    'show table',
    'clear table',
    'clear table zz',
  ],
  ...['clear counters', 'clear counters all', 'show backend', 'show servers state zz', 'show servers conn zz'],
  ...['show errors', 'show errors zz', 'show errors fe', 'show sess 0x55', 'show cli level', 'show cli sockets'],
  ...['user', 'operator', 'quit', 'show backend; get weight be/free', 'prompt', ''],
] as const;

/** Without what is a matter of time or chance. */
const masked = (text: string): string =>
  text
    .replaceAll(/0x[\da-f]+:/g, '0x:')
    .replaceAll(/exp=\d+/g, 'exp=')
    .replaceAll(/\[\d+\/[^\]]*\]/g, '[date]')
    // What health is said of servers that nobody checks depends on what was done to them.
    .replaceAll(/ 1 0 [02] 0 0 0 0 -/g, ' 1 0 - 0 0 0 0 -')
    .replaceAll(/^(\d \w+ \d \w+ [\d.]+ \d \d+ \d+ \d+) \d+ /gm, '$1 - ');

/** Columns of time, and of which HAProxy's own connections are counted. */
const unstable = new Set(['lastchg', 'downtime', 'check_duration', 'lastsess', 'rate', 'rate_max', 'conn_rate']);
for (const one of ['conn_rate_max', 'req_rate', 'req_rate_max', 'used_conn_cur', 'need_conn_est', 'lbtot'])
  unstable.add(one);

const cells = (csv: string): string[][] =>
  csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) =>
      line
        .split(',')
        .slice(0, columns.length)
        .map((cell, at) => (unstable.has(columns[at] ?? '') ? '' : cell)),
    );

/** Tags with their classes, and texts without numbers. */
const skeleton = (html: string): string[] => {
  const body = html
    .replaceAll(/<span class="rls">(.*?)<\/span>/g, '$1')
    .replaceAll('<td>?</td>', '<td>0s</td>')
    .replace(/HAProxy version [^<]*/, '')
    .replace(/<style[\s\S]*?<\/style>/, '')
    .replace(/<li><a href="[^"]*json[\s\S]*?<br>\n/, '');
  return (body.match(/<[^>]*>|[^<]+/g) ?? []).map((piece) =>
    piece.replaceAll(/[\d.]+(?: ?[kMG]?bps)?/g, '#').replaceAll(/\s+/g, ' '),
  );
};

describe.skipIf(haproxyVersion() === undefined)('statistics and commands as haproxy has them', () => {
  let haproxy: HaproxyStatistics;
  let director: DirectorStatistics;

  beforeAll(async () => {
    haproxy = await HaproxyStatistics.start();
    director = new DirectorStatistics(haproxy.folder);
  });

  afterAll(() => haproxy.stop());

  it.each(['admin', 'operator', 'user'] as const)('shows the same columns and cells to %s', async (level) => {
    const there = await haproxy.command('show stat', level);
    const here = director.command('show stat', level);
    expect(here.split('\n')[0]).toBe(there.split('\n')[0]);
    expect(cells(here)).toEqual(cells(there));
    expect(here.split('\n').map((line) => line.split(',').length)).toEqual(
      there.split('\n').map((line) => line.split(',').length),
    );
  });

  it.each(['be 4 -1', '-1 1 -1', '2 1 -1', '4 4 2', 'zz 1 -1', '-1 8 2', 'up', 'no-maint'])(
    'selects rows: %s',
    async (words) => {
      const there = await haproxy.command(`show stat ${words}`);
      const here = director.command(`show stat ${words}`);
      expect(cells(here)).toEqual(cells(there));
    },
  );

  it('has the same lines of information', async () => {
    const names = (text: string): string[] => text.split('\n').map((line) => line.split(':')[0] ?? '');
    expect(names(director.command('show info'))).toEqual(names(await haproxy.command('show info')));
  });

  it.each([
    ['/haproxy?stats', 'stats'],
    ['/haproxy?stats;up;norefresh', 'stats'],
    ['/haproxy?stats;norefresh;scope=be', 'stats'],
    ['/haproxy?stats;st=DONE', 'stats'],
    ['/haproxy?stats;st=PART;up', 'stats'],
    ['/haproxy?stats;st=FOOO', 'stats'],
    ['/plain', 'plain'],
    ['/plain?scope=plain', 'plain'],
  ])('draws the page %s', async (target, name) => {
    const request = `GET ${target} HTTP/1.1\r\nhost: h\r\n${CREDENTIALS}connection: close\r\n\r\n`;
    const there = await haproxy.page(name, request);
    const here = director.page(name, request);
    expect(skeleton(here.body)).toEqual(skeleton(there.body));
    const fields = (head: string): string[] =>
      head
        .split('\r\n')
        .filter((field) => !/^(content-length|transfer-encoding|connection)/.test(field))
        .sort();
    expect(fields(here.head)).toEqual(fields(there.head));
  });

  it('asks for a password, and denies other methods', async () => {
    for (const request of [
      'GET /haproxy?stats HTTP/1.1\r\n',
      'POST /haproxy?stats HTTP/1.1\r\ncontent-length: 0\r\n',
    ]) {
      const whole = `${request}host: h\r\nconnection: close\r\n\r\n`;
      const there = await haproxy.page('stats', whole);
      const here = director.page('stats', whole);
      expect(here.body).toBe(there.body);
      expect(here.head.split('\r\n').sort()).toEqual(there.head.split('\r\n').sort());
    }
  });

  it.each([
    ...[
      's=free&action=foo&b=%236',
      's=free&action=ready&b=be',
      's=zz&s=free&action=ready&b=be',
      's=zz&action=ready&b=be',
    ],
    ...[
      'action=ready&b=be',
      's=free&action=&b=be',
      's=free&b=be',
      's=free&action=ready',
      's=free&action=ready&b=%2399',
    ],
    ...['b=be&action=ready&s=free', '', 'xx=1&s=free&action=ready&b=be', 's=free&action=dhlth&b=be'],
    ...[
      's=free&action=arunn&b=be',
      's=follower&action=hdown&b=be',
      's=free&action=drain&b=be',
      's=free&action=ready&b=be',
    ],
  ])('does what the form says: %s', async (form) => {
    const request =
      `POST /haproxy?stats;up HTTP/1.1\r\nhost: h\r\n${CREDENTIALS}connection: close\r\n` +
      `content-type: application/x-www-form-urlencoded\r\ncontent-length: ${form.length}\r\n\r\n${form}`;
    const there = await haproxy.page('stats', request);
    const here = director.page('stats', request);
    expect(here.head.split('\r\n').sort()).toEqual(there.head.split('\r\n').sort());
    expect(masked(director.command('show servers state'))).toBe(masked(await haproxy.command('show servers state')));
  });

  it('refuses what is above the level', async () => {
    for (const level of ['operator', 'user'] as const)
      for (const command of [
        'set server be/free state ready',
        'show sess 0x55',
        'show errors',
        'clear counters',
        'clear counters all',
      ])
        expect(masked(director.command(command, level)), `${level}: ${command}`).toBe(
          masked(await haproxy.command(command, level)),
        );
  });

  it('answers commands in the same words', async () => {
    const here: string[] = [];
    const there: string[] = [];
    for (const command of commands) {
      if (command === 'prompt' || command === '') continue;
      there.push(`${command}\n${masked(await haproxy.command(command))}`);
      here.push(`${command}\n${masked(director.command(command))}`);
    }
    expect(here).toEqual(there);
  });
});
