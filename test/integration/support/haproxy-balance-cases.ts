import { seededRandom } from './seeded-random.ts';

export interface Asked {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly source?: string;
  /** Status line and fields of the server's answer. */
  readonly answer?: readonly string[];
}

export type Step =
  | ({ readonly do: 'get'; readonly times?: number } & Asked)
  /** A request that its server holds until it is released. */
  | ({ readonly do: 'open' } & Asked)
  | { readonly do: 'release'; readonly request: number }
  /** Of the runtime socket; `@` is the backend. */
  | { readonly do: 'command'; readonly command: string }
  | { readonly do: 'pass'; readonly ms: number };

export interface BalanceCase {
  readonly name: string;
  /** `server s1 @s1`: the server s1 at the port of the one that answers as s1. */
  readonly lines: readonly string[];
  readonly steps: readonly Step[];
}

export interface Observed {
  /** Server, letters, retries, queues; cookies sent on and received. */
  readonly requests: readonly string[];
  /** A line for each server and the backend. */
  readonly counters: readonly string[];
  readonly notices: readonly string[];
}

const get = (times = 1, asked: Asked = {}): Step => ({ do: 'get', times, ...asked });
const open = (asked: Asked = {}): Step => ({ do: 'open', ...asked });
const release = (request: number): Step => ({ do: 'release', request });
const command = (text: string): Step => ({ do: 'command', command: text });
const servers = (...settings: string[]): string[] =>
  settings.map((setting, index) => `server s${index + 1} @s${index + 1} ${setting}`);

const weightSets = ['1 1 1', '3 2 1', '10 1 1', '5 5 1', '256 1 3', '7 3 0', '100 50 25'];
const weighted = (weights: string): string[] => servers(...weights.split(' ').map((weight) => `weight ${weight}`));

const rotations: BalanceCase[] = ['roundrobin', 'static-rr', 'leastconn', 'first'].flatMap((method) =>
  weightSets.map((weights, index) => ({
    name: `${method}-w${index}`,
    lines: [`balance ${method}`, ...weighted(weights)],
    steps: [get(24)],
  })),
);

const changes: BalanceCase[] = ['roundrobin', 'leastconn'].flatMap((method) =>
  ['2 1 1', '1 1 1', '8 3 5'].map((weights, index) => ({
    name: `${method}-changed${index}`,
    lines: [`balance ${method}`, ...weighted(weights)],
    steps: [
      ...[get(5), command('set server @/s2 weight 4'), get(11), command('set server @/s1 weight 0'), get(4)],
      ...[command('set server @/s1 weight 200%'), get(9), command('set server @/s3 state maint'), get(5)],
      ...[command('set server @/s3 state ready'), get(9), command('set server @/s2 state drain'), get(3)],
      ...[command('set server @/s2 state ready'), get(7), command('set server @/s2 weight 1'), get(6)],
    ],
  })),
);

const holds: BalanceCase[] = ['roundrobin', 'leastconn', 'first', 'static-rr', 'source', 'hdr(x-key)'].flatMap(
  (method) => [
    {
      name: `held-${method.replace(/\W/g, '')}`,
      lines: [`balance ${method}`, ...weighted('1 2 1')],
      steps: [open(), open(), get(3), open(), release(1), get(2), open(), open(), release(0), get(3)],
    },
    {
      name: `limited-${method.replace(/\W/g, '')}`,
      lines: [`balance ${method}`, ...servers('maxconn 1', 'maxconn 2', 'maxconn 1')],
      steps: [
        open(),
        open(),
        open(),
        open(),
        open(),
        open(),
        release(0),
        release(2),
        get(),
        open(),
        release(1),
        get(2),
      ],
    },
    {
      name: `short-${method.replace(/\W/g, '')}`,
      lines: [`balance ${method}`, ...servers('maxconn 1 maxqueue 1', 'maxconn 1 maxqueue 1')],
      steps: [open(), open(), open(), open(), release(0), release(1)],
    },
  ],
);

const hashLines: (readonly [string, string])[] = [
  ['uri', 'balance uri'],
  ['uriwhole', 'balance uri whole'],
  ['uridepth', 'balance uri depth 1'],
  ['urilen', 'balance uri len 6'],
  ['uripath', 'balance uri path-only'],
  ['param', 'balance url_param user'],
  ['hdr', 'balance hdr(x-key)'],
  ['domain', 'balance hdr(x-name) use_domain_only'],
  ['sample', 'balance hash req.hdr(x-key)'],
];
const hashTypes = [
  ...['map-based', 'consistent', 'map-based djb2', 'map-based wt6 avalanche', 'map-based crc32 avalanche'],
  ...['consistent djb2', 'consistent crc32', 'consistent wt6 avalanche', 'consistent sdbm avalanche'],
];
const hashed = Array.from({ length: 12 }, (_, index): Step => {
  const headers = [`x-key: key${index * 7}`, `x-name: www.site${index % 5}.example${index % 3}`];
  const target = `/dir${index % 4}/page${index}?a=b&user=u${index * 3}&c=${index % 2}`;
  return get(1, index === 5 ? { target: '/none' } : { target, headers });
});
const hashes: BalanceCase[] = hashLines.flatMap(([name, line], index) =>
  [0, 4].map((shift) => ({
    name: `${name}-${shift}`,
    lines: [
      ...[line, `hash-type ${hashTypes[(index + shift) % hashTypes.length] as string}`],
      ...weighted(shift === 0 ? '1 1 1' : '3 2 4'),
    ],
    steps: [...hashed, command('disable server @/s2'), ...hashed, command('enable server @/s2'), ...hashed.slice(0, 4)],
  })),
);
const types: BalanceCase[] = hashTypes.map((type, index) => ({
  name: `type-${index}`,
  lines: ['balance hdr(x-key)', `hash-type ${type}`, ...weighted('2 1 3')],
  steps: hashed,
}));

const sources = ['192.0.2.1', '192.0.2.77', '10.1.2.3', '203.0.113.200', '2001:db8::1', '2001:db8:5::ffff'];
const bySource: BalanceCase[] = ['map-based', 'consistent', 'map-based sdbm avalanche'].map((type, index) => ({
  name: `source-${index}`,
  lines: ['balance source', `hash-type ${type}`, ...weighted('1 2 1')],
  steps: [
    ...sources.map((source) => get(2, { source })),
    command('set server @/s2 state maint'),
    ...sources.map((source) => get(1, { source })),
  ],
}));

const factors: BalanceCase[] = [101, 150, 300].map((factor) => ({
  name: `factor-${factor}`,
  lines: ['balance hdr(x-key)', 'hash-type consistent', `hash-balance-factor ${factor}`, ...weighted('1 1 1')],
  steps: [
    ...Array.from({ length: 6 }, () => open({ headers: ['x-key: same'] })),
    release(0),
    get(2),
    release(3),
    ...hashed,
  ],
}));

const backups: BalanceCase[] = ['roundrobin', 'leastconn', 'static-rr', 'first', 'source', 'hdr(x-key)'].flatMap(
  (method) =>
    ['', 'option allbackups'].map((option, index) => ({
      name: `backup-${method.replace(/\W/g, '')}${index}`,
      lines: [
        ...[`balance ${method}`, ...(option === '' ? [] : [option])],
        ...servers('', 'weight 2', 'backup weight 2', 'backup'),
      ],
      steps: [
        ...[get(3), command('disable server @/s1'), get(2), command('disable server @/s2'), get(5)],
        ...[command('disable server @/s3'), get(3), command('disable server @/s4'), get(1)],
        ...[command('enable server @/s3'), get(2), command('enable server @/s1'), get(3)],
      ],
    })),
);

const failing = ['server d1 @d1', 'server s2 @s2', 'server s3 @s3'];
const retries: BalanceCase[] = [
  ...['', 'option redispatch', 'option redispatch 1', 'option redispatch 2', 'option redispatch -2'],
].flatMap((option, index) =>
  ['roundrobin', 'leastconn', 'static-rr', 'source', 'first'].map((method) => ({
    name: `retry-${method}${index}`,
    lines: [`balance ${method}`, ...(option === '' ? [] : [option]), 'retries 2', ...failing],
    steps: [get(7), get(2, { source: '192.0.2.3' })],
  })),
);
const retriesAlone: BalanceCase[] = ['option redispatch', 'no option redispatch'].map((option, index) => ({
  name: `alone-${index}`,
  lines: ['balance roundrobin', option, 'retries 2', 'server d1 @d1', 'server d2 @d2 backup'],
  steps: [get(2), command('disable server @/d1'), get(1)],
}));

const ours = (value: string): Asked => ({ headers: [`cookie: ${value}`] });
const cookieServers = ['server s1 @s1 cookie a', 'server s2 @s2 cookie b', 'server s3 @s3'];
const carried: Step[] = [
  get(3),
  ...[
    'S=a',
    'S=b',
    'S=zz',
    'S=',
    'x=1; S=b; y=2',
    'S=a; x=1',
    'x=1; S=a',
    'S = b ; x="a;b"',
    'T=S; SS=a',
    'S=a; S=b',
  ].map((value) => get(1, ours(value))),
  ...['$Version=1; S=a; $Path=/; z=3', 'S=a~own', 'x;S=b;y', 'S=a, t=1', '  S=b', ';S=a', 'S'].map((value) =>
    get(1, ours(value)),
  ),
  get(1, { method: 'POST' }),
  get(1, { answer: ['HTTP/1.1 200 OK', 'set-cookie: S=own; path=/x', 'set-cookie: o=1'] }),
  get(1, { ...ours('S=a'), answer: ['HTTP/1.1 200 OK', 'set-cookie: S=own'] }),
  get(1, { answer: ['HTTP/1.1 200 OK', 'etag: "1"'] }),
  get(1, { answer: ['HTTP/1.1 200 OK', 'etag: "1"', 'cache-control: no-store'] }),
  get(1, { headers: ['cookie: a=1', 'cookie: S=b'] }),
  command('disable server @/s1'),
  get(1, ours('S=a')),
  get(1, ours('S=b')),
];
const cookies: BalanceCase[] = [
  ...[
    '',
    'insert',
    'insert indirect',
    'insert indirect nocache',
    'insert nocache',
    'insert preserve',
    'rewrite',
    'prefix',
  ],
  ...['insert postonly', 'insert indirect preserve httponly secure', 'insert domain .a.example domain b.example'],
  ...['insert attr SameSite=None', 'insert dynamic', 'indirect', 'prefix nocache', 'insert indirect postonly nocache'],
].map((mode, index) => ({
  name: `cookie-${index}`,
  lines: [`cookie S ${mode}`, ...(mode.includes('dynamic') ? ['dynamic-cookie-key secret'] : []), ...cookieServers],
  steps: carried,
}));
const persisting: BalanceCase[] = [
  ['option persist'],
  ['force-persist if { hdr(x-say) force }'],
  ['ignore-persist if { hdr(x-say) ignore }'],
  ['option redispatch'],
  ['use-server s1 if { hdr(x-say) one }', 'use-server s3 if { hdr(x-say) one }'],
].map((lines, index) => ({
  name: `persist-${index}`,
  lines: ['cookie S insert indirect', ...lines, ...cookieServers],
  steps: [
    ...['force', 'ignore', 'one', 'none'].map((say) => get(1, { headers: ['cookie: S=a', `x-say: ${say}`] })),
    command('disable server @/s1'),
    ...['force', 'ignore', 'one', 'none'].map((say) => get(1, { headers: ['cookie: S=a', `x-say: ${say}`] })),
    get(2),
  ],
}));
const moving: BalanceCase[] = ['option redispatch', 'no option redispatch', 'option persist'].map((option, index) => ({
  name: `moving-${index}`,
  lines: [
    ...['cookie S insert indirect', option, 'server s1 @s1 cookie a maxconn 1', 'server s2 @s2 cookie b'],
    'timeout queue 300ms',
  ],
  steps: [
    ...[open(ours('S=a')), open(ours('S=a')), open(ours('S=a')), open(), command('set server @/s1 state drain')],
    ...[get(1), command('set server @/s1 state ready'), release(0), get(1, ours('S=b'))],
  ],
}));
const fullCookies: BalanceCase[] = ['option redispatch', 'no option redispatch'].map((option, index) => ({
  name: `full-${index}`,
  lines: ['cookie S insert indirect', option, 'server s1 @s1 cookie a maxconn 1 maxqueue 1', 'server s2 @s2 cookie b'],
  steps: [open(ours('S=a')), open(ours('S=a')), get(2, ours('S=a')), release(0), get(1)],
}));

const tables: BalanceCase[] = [
  ['stick-table type ip size 10', 'stick on src'],
  ['stick-table type ipv6 size 10', 'stick on src'],
  ['stick-table type string len 4 size 10', 'stick on req.hdr(x-key)'],
  ['stick-table type integer size 10', 'stick on req.hdr(x-key)'],
  ['stick-table type binary len 3 size 10', 'stick on req.hdr(x-key)'],
  ['stick-table type string size 2 nopurge', 'stick on req.hdr(x-key)'],
  ['stick-table type string size 2', 'stick on req.hdr(x-key)'],
  ['stick-table type string size 10', 'stick match req.hdr(x-key)', 'stick store-response res.hdr(x-sess)'],
  ['stick-table type string size 10', 'stick store-request req.hdr(x-key)'],
  ['stick-table type ip size 10 srvkey addr', 'stick on src'],
].map((lines, index) => ({
  name: `stick-${index}`,
  lines: [...lines, 'server s1 @s1', 'server s2 @s2', 'server s3 @s3 non-stick'],
  steps: [
    ...['1', '2', '12345', '12346', '1', '2', '-1', 'x', '12345'].map((key, at) =>
      get(1, { headers: [`x-key: ${key}`], source: `192.0.2.${at % 3}`, answer: ['HTTP/1.1 200 OK', `x-sess: ${at}`] }),
    ),
    ...[command('disable server @/s1'), get(2, { headers: ['x-key: 1'] }), command('enable server @/s1')],
    ...[get(2, { headers: ['x-key: 1'], source: '192.0.2.0' }), get(2, { headers: ['x-key: 2'], source: '192.0.2.1' })],
  ],
}));

const minimum: BalanceCase[] = [2, 4, 50].map((full) => ({
  name: `minconn-${full}`,
  lines: ['balance first', `fullconn ${full}`, ...servers('minconn 1 maxconn 3', 'minconn 2 maxconn 8')],
  steps: [open(), open(), open(), open(), open(), open(), release(0), release(1), open(), release(2), get(1)],
}));

/** Anything, but the same on every run. */
function chance(seed: number): BalanceCase {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const method = ['roundrobin', 'static-rr', 'leastconn', 'first', 'hdr(x-key)'][below(5)] as string;
  const dynamic = method === 'roundrobin' || method === 'leastconn';
  const limited = below(2) === 0;
  const lines = [
    ...[`balance ${method}`, below(2) === 0 ? 'option redispatch' : 'no option redispatch'],
    ...servers(
      ...Array.from(
        { length: 3 + below(3) },
        () => `weight ${1 + below(9)}${limited ? ` maxconn ${1 + below(2)}` : ''}`,
      ),
    ),
  ];
  const count = lines.length - 2;
  const steps: Step[] = [];
  let asked = 0;
  const held: number[] = [];
  for (let left = 30; left > 0; left--) {
    const what = below(10);
    const server = `@/s${1 + below(count)}`;
    if (what < 4) {
      if (limited && held.length >= count) continue;
      steps.push(get(1, { headers: [`x-key: ${below(20)}`] }));
      asked++;
    } else if (what < 6 && held.length < count) {
      held.push(asked++);
      steps.push(open({ headers: [`x-key: ${below(20)}`] }));
    } else if (what < 8 && held.length > 0 && !limited)
      steps.push(release(held.splice(below(held.length), 1)[0] as number));
    else if (what === 8) steps.push(command(`set server ${server} weight ${dynamic ? below(12) : '100%'}`));
    else steps.push(command(`set server ${server} state ${['maint', 'ready', 'drain', 'ready'][below(4)] as string}`));
  }
  return { name: `chance-${seed}`, lines, steps };
}

export const balanceCases: readonly BalanceCase[] = [
  ...[rotations, changes, holds, hashes, types, bySource, factors, backups, retries, retriesAlone, cookies],
  ...[persisting, moving, fullCookies, tables, minimum, Array.from({ length: 30 }, (_, seed) => chance(seed + 1))],
].flat();
