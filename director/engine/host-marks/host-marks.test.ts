import { describe, expect, it } from 'vitest';
import { isOfInterest, translateFirewall } from './host-marks.ts';
import type { HostMarks } from './chains.ts';
import type { ListedTable } from './host-marks.ts';

const VIP = '192.168.1.202';
const chain = (family: string, table: string, name: string, hook?: string, prio = -150): object => ({
  chain: {
    family,
    table,
    name,
    handle: 1,
    ...(hook === undefined ? {} : { type: 'filter', hook, prio, policy: 'accept' }),
  },
});
let handles = 0;
const rule = (expr: object[], name = 'pre', family = 'inet', table = 'fw'): object => ({
  rule: { family, table, chain: name, handle: ++handles, expr },
});
const match = (left: object, right: unknown, op = '=='): object => ({ match: { op, left, right } });
const field = (protocol: string, name: string): object => ({ payload: { protocol, field: name } });
const meta = (key: string): object => ({ meta: { key } });
const mark = (value: unknown): object => ({ mangle: { key: meta('mark'), value } });
const toVip = match(field('ip', 'daddr'), VIP);
const counter = { counter: { packets: 0, bytes: 0 } };
const print = (...objects: object[]): string =>
  JSON.stringify({ nftables: [{ metainfo: { version: '1.0.6', json_schema_version: 1 } }, ...objects] });

const table = (title: string, json: string, listing = ''): ListedTable => ({ title, json, listing });
const translate = (...tables: ListedTable[]): HostMarks => translateFirewall({ tables, saves: [] });

/** Rules of one chain at prerouting. */
function marksOf(...rules: object[][]): HostMarks {
  const ruleset = print(chain('inet', 'fw', 'pre', 'prerouting'), ...rules.map((expr) => rule(expr)));
  return translate(table('inet fw', ruleset));
}

describe('rules of nft', () => {
  const web = { mark: 1, protocol: 'TCP', destination: VIP, ports: { from: 80, to: 80 } };

  it.each<[string, object[], object[]]>([
    ['the usual one', [toVip, match(field('tcp', 'dport'), 80), counter, mark(1)], [web]],
    [
      'anonymous sets with ranges, and elements with comments',
      [
        match(field('tcp', 'dport'), { set: [80, { range: [8000, 8010] }, { elem: { val: 443, comment: 'x' } }] }),
        mark(1),
      ],
      [
        { mark: 1, protocol: 'TCP', ports: { from: 80, to: 80 } },
        { mark: 1, protocol: 'TCP', ports: { from: 8000, to: 8010 } },
        { mark: 1, protocol: 'TCP', ports: { from: 443, to: 443 } },
      ],
    ],
    [
      'both protocols by th',
      [match(meta('l4proto'), { set: ['tcp', 'udp'] }), match(field('th', 'dport'), 53), mark(2)],
      [
        { mark: 2, protocol: 'TCP', ports: { from: 53, to: 53 } },
        { mark: 2, protocol: 'UDP', ports: { from: 53, to: 53 } },
      ],
    ],
    [
      'networks, interfaces and families',
      [
        match(meta('nfproto'), 'ipv6'),
        match(field('ip6', 'saddr'), { prefix: { addr: '2001:db8::', len: 32 } }),
        match(meta('iifname'), 'eth0'),
        mark(3),
      ],
      [{ mark: 3, source: '2001:db8::/32', destination: '::/0', interface: 'eth0' }],
    ],
    [
      'not this port, but its protocol',
      [match(field('tcp', 'dport'), 22, '!='), mark(9)],
      [{ mark: 9, protocol: 'TCP', except: [{ ports: { from: 22, to: 22 } }] }],
    ],
    [
      'not this address, but its family',
      [match(field('ip', 'saddr'), '10.0.0.1', '!='), mark(9)],
      [{ mark: 9, destination: '0.0.0.0/0', except: [{ source: '10.0.0.1' }] }],
    ],
    ['bits', [mark({ '|': [meta('mark'), 16] })], [{ mark: 16, mask: 16 }]],
    ['bits that go', [mark({ '&': [meta('mark'), 255] })], [{ mark: 0, mask: 0xffff_ff00 }]],
    ['bits that go and come', [mark({ '|': [{ '&': [meta('mark'), 0xffff_ff00] }, 7] })], [{ mark: 7, mask: 255 }]],
    ['ICMP', [match(field('icmp', 'type'), 'echo-request'), mark(4)], []],
    [
      'the mark of the connection, which is set',
      [{ mangle: { key: { ct: { key: 'mark' } }, value: meta('mark') } }],
      [],
    ],
  ])('%s', (_, expr, rules) => {
    expect(marksOf(expr)).toEqual({ rules, problems: [] });
  });

  it.each<[string, object[], RegExp]>([
    [
      'states of connections',
      [match({ ct: { key: 'state' } }, 'new'), mark(1)],
      /cannot tell what \{"ct":\{"key":"state"\}\} == "new" asks/,
    ],
    ['marks as a condition', [match(meta('mark'), 3), { accept: null }], /cannot tell what/],
    ['address ranges', [match(field('ip', 'saddr'), { range: ['10.0.0.1', '10.0.0.9'] }), mark(1)], /cannot tell what/],
    ['concatenations', [match({ concat: [field('ip', 'daddr')] }, { set: [] }), mark(1)], /cannot tell what/],
    ['maps', [mark({ map: { key: field('tcp', 'dport'), data: { set: [[80, 1]] } } })], /cannot follow "mark set" to/],
    ['marks of connections', [mark({ ct: { key: 'mark' } })], /cannot follow "mark set" to \{"ct":\{"key":"mark"\}\}/],
    ['limits', [{ limit: { rate: 10, per: 'second' } }, mark(1)], /cannot follow "limit"/],
    ['verdict maps', [{ vmap: { key: field('tcp', 'dport'), data: {} } }], /cannot follow a verdict map/],
    ['sets that are not there', [match(field('tcp', 'dport'), '@nothing'), mark(1)], /cannot tell what/],
    ['extensions of iptables', [{ xt: { type: 'target', name: 'MARK' } }], /iptables-save has to be there|extension/],
  ])('%s have no effect, and why', (_, expr, reason) => {
    const { rules, problems } = marksOf(expr, [toVip, match(field('tcp', 'dport'), 80), mark(1)]);
    expect(rules).toEqual([web]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.text).toMatch(/^inet fw pre: handle \d+$/);
    expect(problems[0]?.reason).toMatch(reason);
  });

  it('take elements of named sets, but not of those that packets fill', () => {
    const set = (name: string, flags: string[]): object => ({
      set: { family: 'inet', table: 'fw', name, type: 'inet_service', flags, elem: [80, { range: [90, 99] }] },
    });
    const use = (name: string): object => rule([match(field('tcp', 'dport'), `@${name}`), mark(1)]);
    const pre = chain('inet', 'fw', 'pre', 'prerouting');
    const ruleset = print(pre, set('web', ['interval']), set('seen', ['dynamic']), use('web'), use('seen'));
    const { rules, problems } = translate(table('inet fw', ruleset));
    expect(rules.map(({ ports }) => ports)).toEqual([
      { from: 80, to: 80 },
      { from: 90, to: 99 },
    ]);
    expect(problems).toHaveLength(1);
  });

  it('are asked in the order of hooks and priorities, and each chain’s accept is its own', () => {
    const one = (name: string, hook: string, prio: number, ...rules: object[][]): ListedTable =>
      table(
        `ip ${name}`,
        print(chain('ip', name, 'c', hook, prio), ...rules.map((expr) => rule(expr, 'c', 'ip', name))),
      );
    const { rules } = translate(
      one('input', 'input', -150, [mark(3)]),
      one('late', 'prerouting', 10, [mark(2)]),
      one('early', 'prerouting', -300, [mark(1), { accept: null }], [mark(9)]),
      one('behind-ipvs', 'input', 100, [mark(4)]),
      one('output', 'output', -150, [mark(5)]),
    );
    expect(rules.map((each) => each.mark)).toEqual([1, 2, 3]);
  });

  it.each([
    ['ip fw', true],
    ['inet fw', true],
    ['ip relevo_director', false],
    ['netdev relevo_plane', false],
    ['bridge b', false],
  ])('of a table %s are of interest: %s', (title, expected) => {
    expect(isOfInterest(title)).toBe(expected);
  });

  it('of a table that nft cannot print are told of', () => {
    expect(translate(table('ip firewalld', '')).problems).toEqual([
      { text: 'table ip firewalld', reason: 'nft does not print it as JSON' },
    ]);
  });

  it('at ingress are told of', () => {
    const ruleset = print(chain('netdev', 'nd', 'in', 'ingress'), rule([mark(1)], 'in', 'netdev', 'nd'));
    const { rules, problems } = translate(table('netdev nd', ruleset));
    expect(rules).toEqual([]);
    expect(problems[0]?.text).toBe('mark 1 at ingress');
    expect(problems[0]?.reason).toContain('set them at prerouting');
  });

  it('that iptables has made are taken from iptables-save, in which they can be read', () => {
    const ruleset = print(
      chain('ip', 'mangle', 'PREROUTING', 'prerouting'),
      rule([{ xt: { type: 'target', name: 'MARK' } }], 'PREROUTING', 'ip', 'mangle'),
    );
    const text = '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j MARK --set-xmark 0x1/0xffffffff\nCOMMIT\n';
    const saves = [{ text, family: 4, isLegacy: false }] as const;
    expect(translateFirewall({ tables: [table('ip mangle', ruleset)], saves })).toEqual({
      rules: [{ mark: 1, protocol: 'TCP', destination: '0.0.0.0/0' }],
      problems: [],
    });
  });

  it('are called by nft’s own words when these are known', () => {
    const ruleset = print(chain('inet', 'fw', 'pre', 'prerouting'), {
      rule: {
        family: 'inet',
        table: 'fw',
        chain: 'pre',
        handle: 4,
        expr: [match({ ct: { key: 'state' } }, 'new'), mark(1)],
      },
    });
    const listing = `table inet fw { # handle 1
\tset web { # handle 2
\t\ttype inet_service
\t}

\tchain pre { # handle 3
\t\ttype filter hook prerouting priority mangle; policy accept;
\t\tct state new counter packets 7 bytes 420 meta mark set 0x00000001 # handle 4
\t}
}
`;
    expect(translate(table('inet fw', ruleset, listing)).problems[0]?.text).toBe(
      'inet fw pre: ct state new counter meta mark set 0x00000001',
    );
  });
});
