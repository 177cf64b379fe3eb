import {
  stickCounts,
  stickRates,
  type StickData,
  type StickRule,
  type StickTable,
} from '../../engine/proxy/stick-tables.ts';
import { fetches } from '../../engine/proxy/samples.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';
import { takeCondition } from './acl.ts';
import { scopeOf, warner, type Context } from './context.ts';
import type { Draft } from './drafts.ts';
import { LineError, notServed, type Line } from './line.ts';
import { integer, oneOf, size, time, timeArgument } from './quantities.ts';
import { takeSample } from './sample.ts';
import { isAvailable } from './scope.ts';

interface TableDraft {
  key?: StickTable['key'];
  size?: number;
  expireMs: number;
  noPurge: boolean;
  store: StickData[];
  serverKey: 'name' | 'addr';
}

/** Section 4.2 `stick-table`. Throws LineError. */
export function readStickTable(line: Line, context: Context): StickTable {
  const table: TableDraft = { expireMs: 0, noPurge: false, store: [], serverKey: 'name' };
  while (!line.isDone) takeTableWord(line, table, context);
  const { key, size: entries } = table;
  if (entries === undefined || entries === 0)
    throw new LineError(line.next, 'a table without a size', { expected: '"size" and a number' });
  if (!key) throw new LineError(line.next, 'a table without a type', { expected: '"type" and ip, string, …' });
  return { ...table, key, size: entries };
}

function takeTableWord(line: Line, table: TableDraft, context: Context): void {
  const word = line.take('');
  switch (word.text) {
    case 'type':
      table.key = takeType(line);
      return;
    case 'size':
      table.size = size(line.take('a number such as 200k'));
      return;
    case 'expire':
      table.expireMs = timeArgument(line, 'ms', warner(context));
      return;
    case 'nopurge':
      table.noPurge = true;
      return;
    case 'srvkey':
      table.serverKey = oneOf(line.take('name or addr'), ['name', 'addr']);
      return;
    case 'store':
      takeStore(line.take('what is kept, such as conn_rate(10s)'), table, context);
      return;
    case 'peers':
      throw notServed(word, 'a table that peers share');
    default:
      throw new LineError(word, `unexpected "${shown(word.text)}" in a stick table`, {
        expected: 'type, size, expire, nopurge, srvkey or store',
      });
  }
}

function takeType(line: Line): StickTable['key'] {
  const type = oneOf(line.take('ip, ipv6, integer, string or binary'), ['ip', 'ipv6', 'integer', 'string', 'binary']);
  if (type !== 'string' && type !== 'binary') return { type };
  return { type, length: line.takeIf('len') ? integer(line.take('a length'), 1) : 32 };
}

const unserved = new Set(['gpt', 'gpc', 'gpc_rate', 'server_key']);

/** `conn_cnt,conn_rate(10s)` */
function takeStore(word: Word, table: TableDraft, context: Context): void {
  for (const [, name = '', period] of word.text.matchAll(/([^,(]+)(?:\(([^)]*\)?))?,?/g)) {
    const data = storeOf(word, name, period);
    if (table.store.some((one) => one.name === data.name)) context.reader.warn(word, `"${name}" is kept already`);
    else table.store = [...table.store, data];
  }
}

function storeOf(word: Word, name: string, period: string | undefined): StickData {
  if (unserved.has(name)) throw notServed(word, `"${name}" in a stick table`);
  if (period !== undefined && !period.endsWith(')')) throw new LineError(word, 'a closing parenthesis is missing');
  const count = stickCounts.find((one) => one === name);
  if (count !== undefined) {
    if (period !== undefined) throw new LineError(word, `"${name}" has no period`);
    return { name: count };
  }
  const rate = stickRates.find((one) => one === name);
  if (rate === undefined) {
    const nearest = nearestWord(name, [...stickCounts, ...stickRates]);
    throw new LineError(word, `"${shown(name)}" cannot be kept`, nearest === undefined ? {} : { nearest });
  }
  if (period === undefined) throw new LineError(word, `"${name}" needs a period`, { expected: `${name}(10s)` });
  return { name: rate, periodMs: time({ ...word, text: period.slice(0, -1) }, 'ms') };
}

/** Section 4.2 `stick on`, `match`, `store-request`, `store-response`. Throws LineError. */
export function readStickRule(line: Line, draft: Draft, context: Context): StickRule {
  const kind = oneOf(line.take('on, match, store-request or store-response'), [
    ...(['on', 'match', 'store', 'store-request', 'store-response'] as const),
  ]);
  const stores = kind === 'match' ? 'not' : kind === 'store-response' ? 'response' : 'request';
  const moment = stores === 'response' ? 'response' : 'useServer';
  const { next } = line;
  const scope = scopeOf(context, draft);
  const key = takeSample(line, scope);
  const [, , available] = fetches.get(key.fetch) ?? [];
  if (available !== undefined && !isAvailable(available, moment, true))
    throw new LineError(next, `"${key.fetch}" is not there at this moment`);
  const at = line.takeIf('table') ? line.take('the name of a table') : next;
  const table = at === next ? draft.name : at.text;
  context.references.push({ at, kind: 'table', name: table });
  const when = takeCondition(line, scope, moment, true);
  if (!when) line.end();
  return { matches: kind === 'on' || kind === 'match', stores, key, table, ...defined({ when }) };
}
