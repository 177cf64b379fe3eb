import type { Timeouts } from '../../api/table.ts';
import type { DirectorConfiguration } from '../configuration.ts';
import type { Keywords, Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { addressWord, integerWord, type Range } from '../values.ts';

export type Sync = NonNullable<DirectorConfiguration['sync']>;

/** The words of global_defs that concern connections and not VRRP. */
export interface LvsGlobals {
  sync?: Sync;
  timeouts?: Timeouts;
}

export function lvsKeywords(reader: Reader, into: LvsGlobals): Keywords {
  return {
    lvs_sync_daemon: (line) => {
      const sync = readSyncDaemon(reader, line);
      if (sync) into.sync = sync;
    },
    lvs_timeouts: (line) => {
      const timeouts = readTimeouts(reader, line);
      if (timeouts) into.timeouts = timeouts;
    },
    // A plane of ours begins and ends empty whatever is said here.
    lvs_flush: () => undefined,
    lvs_flush_on_stop: () => undefined,
  };
}

const syncOptions: Readonly<Record<string, Range>> = {
  id: { min: 0, max: 255 },
  maxlen: { min: 0, max: 65_507 },
  port: { min: 1, max: 65_535 },
  ttl: { min: 1, max: 255 },
};

/** `lvs_sync_daemon INTERFACE [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]` */
function readSyncDaemon(reader: Reader, { keyword, parameters }: Statement): Sync | undefined {
  const [device, ...options] = parameters;
  if (!device) {
    reader.error(keyword, 'lvs_sync_daemon needs an interface', { expected: 'lvs_sync_daemon INTERFACE [INSTANCE]' });
    return undefined;
  }
  const numbers = new Map<string, number>();
  let group = '224.0.0.81';
  let instance: string | undefined;
  const words = options[Symbol.iterator]();
  for (const word of words) {
    const range = Object.hasOwn(syncOptions, word.text) ? syncOptions[word.text] : undefined;
    if (range) {
      const value = integerWord(reader, valueAfter(word, words), range);
      if (value !== undefined) numbers.set(word.text, value);
    } else if (word.text === 'group') group = addressWord(reader, valueAfter(word, words)) ?? group;
    else if (word.text === 'inst') instance = valueAfter(word, words).text;
    else if (instance === undefined) instance = word.text;
    else reader.error(word, `"${word.text}" is not understood`, { expected: 'id, maxlen, port, ttl or group' });
  }
  return {
    interface: device.text,
    syncId: numbers.get('id') ?? 0,
    maximumLength: numbers.get('maxlen') ?? 0,
    group,
    port: numbers.get('port') ?? 8848,
    ttl: numbers.get('ttl') ?? 1,
    ...(instance === undefined ? {} : { instance }),
  };
}

/** The word after an option; the option itself when the line ends there, which then is no value and is reported. */
function valueAfter(option: Word, words: Iterator<Word>): Word {
  const next = words.next();
  return next.done === true ? option : next.value;
}

/** 31 days, as in ipvsadm. */
const timeoutRange = { min: 1, max: 2_678_400 };

/** `lvs_timeouts [tcp N] [tcpfin N] [udp N]` */
function readTimeouts(reader: Reader, { keyword, parameters }: Statement): Timeouts | undefined {
  const fields = { tcp: 0, tcpfin: 0, udp: 0 };
  const words = parameters[Symbol.iterator]();
  for (const word of words) {
    if (word.text === 'tcp' || word.text === 'tcpfin' || word.text === 'udp')
      fields[word.text] = integerWord(reader, valueAfter(word, words), timeoutRange) ?? 0;
    else reader.error(word, `"${word.text}" is not understood`, { expected: 'tcp, tcpfin or udp' });
  }
  if (parameters.length === 0) reader.error(keyword, 'lvs_timeouts needs a value', { expected: 'tcp, tcpfin or udp' });
  return { tcpSeconds: fields.tcp, tcpFinSeconds: fields.tcpfin, udpSeconds: fields.udp };
}
