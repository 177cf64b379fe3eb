import { sampleOfKey } from './table-keys.ts';
import { textOf } from '../samples/cast.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { StickEntries, StickEntry } from '../runtime/stick-entries.ts';
import type { StickCount, StickData, StickRate } from '../stick-tables.ts';

/** In which HAProxy shows what entries keep. */
const order: readonly (StickCount | StickRate)[] = [
  ...([
    'server_id',
    'gpt0',
    'gpc0',
    'gpc0_rate',
    'conn_cnt',
    'conn_rate',
    'conn_cur',
    'sess_cnt',
    'sess_rate',
  ] as const),
  ...(['http_req_cnt', 'http_req_rate', 'http_err_cnt', 'http_err_rate', 'bytes_in_cnt', 'bytes_in_rate'] as const),
  ...(['bytes_out_cnt', 'bytes_out_rate', 'gpc1', 'gpc1_rate', 'http_fail_cnt', 'http_fail_rate'] as const),
];

export interface NamedTable {
  readonly name: string;
  readonly entries: StickEntries;
  /** Whose servers its entries remember. */
  readonly backend: BackendRuntime | undefined;
}

export function tableHead({ name, entries }: NamedTable): string {
  const { key, size } = entries.settings;
  return `# table: ${name}, type: ${key.type}, size:${size}, used:${entries.size}\n`;
}

/** Entries have no addresses here; each gets a number of its own when it is first shown. */
const numbers = new WeakMap<StickEntry, number>();
let lastNumber = 0;

function numberOf(entry: StickEntry): number {
  let number = numbers.get(entry);
  if (number === undefined) {
    number = ++lastNumber;
    numbers.set(entry, number);
  }
  return number;
}

function value(data: StickData, entry: StickEntry, now: number): string {
  const period = 'periodMs' in data ? `(${data.periodMs})` : '';
  return ` ${data.name}${period}=${entry.get(data.name, now) ?? 0}`;
}

function serverText({ backend }: NamedTable, { server }: StickEntry): string {
  if (server === undefined) return '';
  return ` server_id=${backend?.server(server)?.id ?? 0}`;
}

export function entryLine(table: NamedTable, entry: StickEntry, now: number): string {
  const { settings } = table.entries;
  const key = textOf(sampleOfKey(settings, entry.key));
  const left = entry.expiresAt === Infinity ? 0 : Math.max(0, Math.ceil(entry.expiresAt - now));
  const stored = settings.store
    .filter(({ name }) => name !== 'server_id')
    .sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  const data = stored.map((one) => value(one, entry, now)).join('');
  const server = entry.server === undefined ? '' : ` server_key=${entry.server}`;
  return (
    `0x${numberOf(entry).toString(16)}: key=${key} use=${entry.references} exp=${left}` +
    `${serverText(table, entry)}${data}${server}\n`
  );
}
