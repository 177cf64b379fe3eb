import type { StickEntry } from '../runtime/stick-entries.ts';
import { keyOf } from '../stick/key-of.ts';
import { stickCounts, stickRates, type StickCount, type StickData, type StickRate } from '../stick-tables.ts';
import { CommandError, type Command, type CommandScope, type Invocation } from './command.ts';
import { type NamedTable, entryLine, tableHead } from './table-text.ts';

const operators = {
  eq: (one: number, other: number) => one === other,
  ne: (one: number, other: number) => one !== other,
  le: (one: number, other: number) => one <= other,
  ge: (one: number, other: number) => one >= other,
  lt: (one: number, other: number) => one < other,
  gt: (one: number, other: number) => one > other,
} as const;
const isOperator = (text: string): text is keyof typeof operators => Object.hasOwn(operators, text);

const names: readonly (StickCount | StickRate)[] = [...stickCounts, ...stickRates];

function tableNamed({ environment }: CommandScope, name: string): NamedTable {
  const entries = environment.tables.get(name);
  if (entries === undefined) throw new CommandError('No such table\n');
  return { name, entries, backend: environment.backends.get(name) };
}

function keyIn({ entries }: NamedTable, text: string | undefined): string {
  if (text === undefined || text === '') throw new CommandError('Key value expected\n');
  // What is no address counts as the one of zeros, as in HAProxy.
  const zero = { ip: { type: 'ipv4', value: '0.0.0.0' }, ipv6: { type: 'ipv6', value: '::' } } as const;
  const { type } = entries.settings.key;
  const key = keyOf(entries.settings, { type: 'str', value: text });
  if (key !== undefined) return key;
  return (type === 'ip' || type === 'ipv6' ? keyOf(entries.settings, zero[type]) : undefined) ?? '';
}

function dataNamed({ entries }: NamedTable, word: string, prefix: string): StickData {
  const name = names.find((one) => word === `data.${one}`);
  if (name === undefined) throw new CommandError(`${prefix}Unknown data type\n`);
  const stored = entries.settings.store.find((data) => data.name === name);
  if (stored === undefined) throw new CommandError(`${prefix}Data type not stored in this table\n`);
  return stored;
}

type Filter = (entry: StickEntry) => boolean;

/** `data.gpc0 gt 3`, several of them. */
function filters(table: NamedTable, words: readonly string[], now: number): Filter[] {
  const found: Filter[] = [];
  for (let at = 0; at < words.length; at += 3) {
    const prefix = `Filter entry #${at / 3 + 1}: `;
    const [word = '', operator = '', text = ''] = words.slice(at, at + 3);
    const { name } = dataNamed(table, word, prefix);
    if (!isOperator(operator))
      throw new CommandError(`${prefix}Require and operator among "eq", "ne", "le", "ge", "lt", "gt"\n`);
    if (!/^[+-]?\d+$/.test(text)) throw new CommandError(`${prefix}Require a valid integer value to compare against\n`);
    const test = operators[operator];
    found.push((entry) => test(entry.get(name, now) ?? 0, Number(text)));
  }
  return found;
}

const byKey = (one: StickEntry, other: StickEntry): number => (one.key < other.key ? -1 : 1);

function live({ entries }: NamedTable, now: number): StickEntry[] {
  return [...entries.entries()].filter((entry) => entries.find(entry.key, now) === entry).sort(byKey);
}

function showTable({ scope, words, now }: Invocation): string {
  const [name, what, ...rest] = words;
  if (name === undefined) {
    const all = [...scope.environment.tables.keys()].map((one) => tableNamed(scope, one));
    return all.map(tableHead).join('');
  }
  const table = tableNamed(scope, name);
  if (what === 'key') {
    const entry = table.entries.find(keyIn(table, rest[0]), now);
    return entry === undefined ? '' : tableHead(table) + entryLine(table, entry, now);
  }
  if (what !== undefined && !what.startsWith('data.'))
    throw new CommandError(
      'Optional argument only supports "data.<store_data_type>" <operator> <value> and key <key>\n',
    );
  const tests = filters(table, words.slice(1), now);
  const shown = live(table, now).filter((entry) => tests.every((test) => test(entry)));
  return tableHead(table) + shown.map((entry) => entryLine(table, entry, now)).join('');
}

const CLEAR_NEEDS = 'Required arguments: <table> "data.<store_data_type>" <operator> <value> or <table> key <key>\n';

function clearTable({ scope, words, now }: Invocation): string {
  const [name, what, ...rest] = words;
  if (name === undefined) throw new CommandError(CLEAR_NEEDS);
  const table = tableNamed(scope, name);
  if (what === 'key') {
    const entry = table.entries.find(keyIn(table, rest[0]), now);
    if (entry !== undefined && entry.references > 0) throw new CommandError('Entry currently in use, cannot remove\n');
    if (entry !== undefined) table.entries.delete(entry.key);
    return '';
  }
  if (what !== undefined && !what.startsWith('data.')) throw new CommandError(CLEAR_NEEDS);
  const tests = filters(table, words.slice(1), now);
  for (const entry of live(table, now))
    if (entry.references === 0 && tests.every((test) => test(entry))) table.entries.delete(entry.key);
  return '';
}

function write(entry: StickEntry, data: StickData, value: number, now: number): void {
  if ('periodMs' in data) entry.add(data.name, now, value - (entry.get(data.name, now) ?? 0));
  else entry.set(data.name, value);
}

function setTable({ scope, words, now }: Invocation): string {
  const [name, what, text, ...rest] = words;
  if (name === undefined)
    throw new CommandError('Required arguments: <table> key <key> [data.<store_data_type> <value>]*\n');
  const table = tableNamed(scope, name);
  if (what !== 'key') return '';
  const key = keyIn(table, text);
  const changes: (readonly [StickData, number])[] = [];
  for (let at = 0; at < rest.length; at += 2) {
    const data = dataNamed(table, rest[at] ?? '', '');
    const value = rest[at + 1] ?? '';
    if (!/^[+-]?\d+$/.test(value)) throw new CommandError('Require a valid integer value to store\n');
    changes.push([data, Number(value)]);
  }
  const entry = table.entries.touch(key, now);
  if (entry === undefined) throw new CommandError('Unable to allocate a new entry\n');
  for (const [data, value] of changes) write(entry, data, value, now);
  return '';
}

export const tableCommands: readonly Command[] = [
  {
    name: 'show table',
    usage:
      "show table <table> [<filter>]*          : report table usage stats or dump this table's contents (filter: data/key)",
    level: 'user',
    run: showTable,
  },
  {
    name: 'clear table',
    usage: 'clear table <table> [<filter>]*         : remove an entry from a table (filter: data/key)',
    level: 'user',
    run: clearTable,
  },
  {
    name: 'set table',
    usage: "set table <table> key <k> [data.* <v>]* : update or create a table entry's data",
    level: 'user',
    run: setTable,
  },
];
