import { formatAddress, fromBytes, parseAddress, toBytes } from '../../../address.ts';
import type { SampleArgument } from '../../expressions.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import type { StickEntry } from '../../runtime/stick-entries.ts';
import type { StickCount, StickRate } from '../../stick-tables.ts';
import { textOf } from '../cast.ts';
import { textAt } from '../fetches/fetch.ts';
import { findServer } from '../fetches/proxies.ts';
import { keyOf } from '../../stick/key-of.ts';
import { bool, int } from '../values.ts';
import { writeVariable } from '../variables.ts';
import type { ConverterMaker, Converters } from './converter.ts';

type Look = (entry: StickEntry | undefined, now: number) => SampleValue | undefined;

const inTable =
  (look: Look): ConverterMaker =>
  (given, { environment }) => {
    const name = textAt(given, 0);
    return (value, subject) => {
      const table = environment.tables.get(name);
      const key = table === undefined ? undefined : keyOf(table.settings, value);
      return table === undefined || key === undefined ? undefined : look(table.find(key, subject.now), subject.now);
    };
  };

/** 0 for a key that is not there; no result for what the table does not keep. */
const counter = (name: StickCount | StickRate, divisor = 1): ConverterMaker =>
  inTable((entry, now) => {
    if (entry === undefined) return int(0);
    const value = entry.get(name, now);
    return value === undefined ? undefined : int(Math.floor(value / divisor));
  });

const KILO = 1024;

/** The octets of a mask of an address's length, given as one or as a number of bits. */
function maskOctets(text: string, length: 4 | 16): Uint8Array | undefined {
  if (/^\d+$/.test(text)) {
    const bits = Number(text);
    return Uint8Array.from({ length }, (_, at) => (0xff00 >> Math.min(8, Math.max(0, bits - at * 8))) & 0xff);
  }
  const address = parseAddress(text);
  return address === undefined ? undefined : toBytes(address);
}

function masked(value: string, mask: Uint8Array | undefined): string | undefined {
  const address = parseAddress(value);
  if (address === undefined || mask === undefined) return undefined;
  return formatAddress(fromBytes(toBytes(address).map((octet, at) => octet & (mask[at] ?? 0))));
}

const ipmask: ConverterMaker = (given: readonly SampleArgument[]) => {
  const mask4 = maskOctets(textAt(given, 0), 4);
  const mask6 = given[1] === undefined ? undefined : maskOctets(textAt(given, 1), 16);
  return (value) => {
    if (value.type !== 'ipv4' && value.type !== 'ipv6') return undefined;
    const result = masked(value.value, value.type === 'ipv4' ? mask4 : mask6);
    return result === undefined ? undefined : { type: value.type, value: result };
  };
};

const setVariable: ConverterMaker = (given, { environment }) => {
  const name = textAt(given, 0);
  return (value, subject) => (writeVariable(subject, environment, name, value) ? value : undefined);
};

const unsetVariable: ConverterMaker = (given, { environment }) => {
  const name = textAt(given, 0);
  return (value, subject) => (writeVariable(subject, environment, name, undefined) ? value : undefined);
};

/** Section 7.3.1: tables, proxies, variables. */
export const stateConverters = {
  ipmask,
  in_table: inTable((entry) => bool(entry !== undefined)),
  table_bytes_in_rate: counter('bytes_in_rate'),
  table_bytes_out_rate: counter('bytes_out_rate'),
  table_conn_cnt: counter('conn_cnt'),
  table_conn_cur: counter('conn_cur'),
  table_conn_rate: counter('conn_rate'),
  table_gpc0: counter('gpc0'),
  table_gpc0_rate: counter('gpc0_rate'),
  table_gpc1: counter('gpc1'),
  table_gpt0: counter('gpt0'),
  table_http_err_cnt: counter('http_err_cnt'),
  table_http_err_rate: counter('http_err_rate'),
  table_http_req_cnt: counter('http_req_cnt'),
  table_http_req_rate: counter('http_req_rate'),
  table_kbytes_in: counter('bytes_in_cnt', KILO),
  table_kbytes_out: counter('bytes_out_cnt', KILO),
  table_server_id: counter('server_id'),
  table_sess_cnt: counter('sess_cnt'),
  table_sess_rate: counter('sess_rate'),
  table_trackers: inTable((entry) => int(entry?.references ?? 0)),
  nbsrv: (_, { environment }) => {
    return (value) => {
      const backend = environment.backends.get(textOf(value));
      return backend === undefined ? undefined : int(backend.usableServers.length);
    };
  },
  srv_queue: (_, setting) => (value) => {
    const name = textOf(value);
    const server = findServer(setting, name.includes('/') ? name : `${setting.proxy.name}/${name}`);
    return server === undefined ? undefined : int(server.queued);
  },
  'set-var': setVariable,
  'unset-var': unsetVariable,
} satisfies Converters;
