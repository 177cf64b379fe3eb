import type { SampleArgument } from '../../expressions.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import type { TrackedEntry } from '../../runtime/session.ts';
import type { StickEntries, StickEntry } from '../../runtime/stick-entries.ts';
import type { StickCounter } from '../../samples.ts';
import type { StickCount, StickRate } from '../../stick-tables.ts';
import type { Setting } from '../setting.ts';
import type { Subject } from '../subject.ts';
import { keyOf } from '../../stick/key-of.ts';
import { address, bool, int } from '../values.ts';
import { type FetchMaker, numberAt, textAt } from './fetch.ts';

/** What a counter looks at: an entry or none yet, and how one is made. */
interface Found {
  readonly table: StickEntries;
  readonly entry: StickEntry | undefined;
  make(): StickEntry | undefined;
}

type Finder = (subject: Subject) => Found | undefined;

const trackedAt = ({ stream, session }: Subject, counter: number): TrackedEntry | undefined =>
  stream?.tracked[counter] ?? session.tracked[counter];

/** The entry that is tracked, or that of the same key in another table. */
function trackedFinder(given: readonly SampleArgument[], { environment }: Setting): Finder {
  const counter = numberAt(given, 0);
  const name = textAt(given, 1);
  return (subject) => {
    const tracked = trackedAt(subject, counter);
    if (tracked === undefined) return undefined;
    const table = name === '' ? tracked.table : environment.tables.get(name);
    if (table === undefined) return undefined;
    if (table === tracked.table) return { table, entry: tracked.entry, make: () => tracked.entry };
    const { key } = tracked.entry;
    return { table, entry: table.find(key, subject.now), make: () => table.touch(key, subject.now) };
  };
}

function sourceFinder(given: readonly SampleArgument[], { environment }: Setting): Finder {
  const name = textAt(given, 0);
  return (subject) => {
    const table = environment.tables.get(name);
    const source = address(subject.session.source.address);
    const key = table === undefined || source === undefined ? undefined : keyOf(table.settings, source);
    if (table === undefined || key === undefined) return undefined;
    return { table, entry: table.find(key, subject.now), make: () => table.touch(key, subject.now) };
  };
}

type Reader = (found: Found, now: number) => number | undefined;

/** 0 for an entry that is not there; undefined for what its table does not keep. */
const read =
  (name: StickCount | StickRate, divisor = 1): Reader =>
  ({ table, entry }, now) => {
    const kept = table.settings.store.some((one) => one.name === name);
    return kept ? Math.floor((entry?.get(name, now) ?? 0) / divisor) : undefined;
  };

/** Counts one more event, and so much in its rate; answers the new count, or the rate where only that is kept. */
const increment =
  (count: 'gpc0' | 'gpc1'): Reader =>
  (found, now) => {
    const entry = found.make();
    if (entry === undefined) return undefined;
    const rate = `${count}_rate` as const;
    const { store } = found.table.settings;
    const keeps = (name: string): boolean => store.some((one) => one.name === name);
    if (!keeps(count) && !keeps(rate)) return undefined;
    if (keeps(rate)) entry.add(rate, now, 1);
    if (keeps(count)) entry.add(count, now, 1);
    return entry.get(keeps(count) ? count : rate, now) ?? 0;
  };

const clear =
  (count: 'gpc0' | 'gpc1'): Reader =>
  (found, now) => {
    const entry = found.make();
    const before = entry?.get(count, now);
    if (before !== undefined) entry?.set(count, 0);
    return before;
  };

const KILO = 1024;

export const counterReaders: Readonly<Record<StickCounter, Reader>> = {
  bytes_in_rate: read('bytes_in_rate'),
  bytes_out_rate: read('bytes_out_rate'),
  conn_cnt: read('conn_cnt'),
  conn_cur: read('conn_cur'),
  conn_rate: read('conn_rate'),
  get_gpc0: read('gpc0'),
  get_gpc1: read('gpc1'),
  get_gpt0: read('gpt0'),
  gpc0_rate: read('gpc0_rate'),
  gpc1_rate: read('gpc1_rate'),
  http_err_cnt: read('http_err_cnt'),
  http_err_rate: read('http_err_rate'),
  http_fail_cnt: read('http_fail_cnt'),
  http_fail_rate: read('http_fail_rate'),
  http_req_cnt: read('http_req_cnt'),
  http_req_rate: read('http_req_rate'),
  inc_gpc0: increment('gpc0'),
  inc_gpc1: increment('gpc1'),
  clr_gpc0: clear('gpc0'),
  clr_gpc1: clear('gpc1'),
  kbytes_in: read('bytes_in_cnt', KILO),
  kbytes_out: read('bytes_out_cnt', KILO),
  sess_cnt: read('sess_cnt'),
  sess_rate: read('sess_rate'),
};

type Find = (given: readonly SampleArgument[], setting: Setting) => Finder;

const counter =
  (find: Find, reader: Reader): FetchMaker =>
  (given, setting) => {
    const finder = find(given, setting);
    return {
      one: (subject): SampleValue | undefined => {
        const found = finder(subject);
        const value = found === undefined ? undefined : reader(found, subject.now);
        return value === undefined ? undefined : int(value);
      },
    };
  };

function all<Prefix extends 'sc' | 'src'>(prefix: Prefix, find: Find): Record<`${Prefix}_${StickCounter}`, FetchMaker> {
  return Object.fromEntries(
    Object.entries(counterReaders).map(([name, reader]) => [`${prefix}_${name}`, counter(find, reader)]),
  ) as Record<`${Prefix}_${StickCounter}`, FetchMaker>;
}

/** Section 7.3.3: what stick tables keep of a tracked key, and of the client's address. */
export const stickFetches = {
  ...all('sc', trackedFinder),
  ...all('src', sourceFinder),
  sc_tracked: (given, setting) => {
    const finder = trackedFinder(given, setting);
    return { one: (subject) => bool(finder(subject)?.entry !== undefined) };
  },
  sc_trackers: counter(trackedFinder, ({ entry }) => entry?.references ?? 0),
  src_updt_conn_cnt: counter(sourceFinder, (found, now) => {
    const entry = found.make();
    entry?.add('conn_cnt', now, 1);
    return entry?.get('conn_cnt', now);
  }),
} satisfies Readonly<Record<string, FetchMaker>>;
