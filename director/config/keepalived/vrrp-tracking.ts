import type { Command, TrackedFile, TrackedScript, Tracker } from '../../engine/vrrp/configuration.ts';
import { nearestWord } from '../nearest-word.ts';
import type { Keywords, Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { defined, flag, integer, seconds, single } from '../values.ts';
import { commandOf } from './vrrp-notify.ts';

interface Weight {
  readonly weight: number;
  readonly reverse: boolean;
}

/** The scripts and files of a keepalived.conf, with the weights that their users have by default. */
export interface Trackables {
  readonly scripts: readonly (TrackedScript & Weight)[];
  readonly files: readonly (TrackedFile & Weight)[];
}

const weights = { interface: 253, script: 253, file: 254 } as const;

/** `vrrp_script NAME { … }` with keepalived's defaults: every second, one result decides, weight 0. */
export function readVrrpScript(reader: Reader, statement: Statement): (TrackedScript & Weight) | undefined {
  const name = single(reader, statement, 'the name of the script');
  let command: Command | undefined;
  let weight: Weight = { weight: 0, reverse: false };
  const numbers = { intervalMs: 1000, rise: 1, fall: 1 };
  let timeoutMs: number | undefined;
  let startsFailed = false;
  let account: { user?: string; group?: string } = {};
  const day = { min: 0.001, max: 86_400 };
  const times = { min: 1, max: 0x7fff_ffff };
  reader.block(reader.blockOf(statement), 'vrrp_script', {
    script: (line) => (command = commandOf(reader, line) ?? command),
    interval: (line) => (numbers.intervalMs = seconds(reader, line, day) ?? numbers.intervalMs),
    timeout: (line) => (timeoutMs = seconds(reader, line, day) ?? timeoutMs),
    weight: (line) => (weight = readWeight(reader, line.keyword, line.parameters, weights.script) ?? weight),
    rise: (line) => (numbers.rise = integer(reader, line, times) ?? numbers.rise),
    fall: (line) => (numbers.fall = integer(reader, line, times) ?? numbers.fall),
    user: ({ parameters: [user, group] }) => (account = defined({ user: user?.text, group: group?.text })),
    init_fail: (line) => (startsFailed = flag(reader, line)),
  });
  if (!command) {
    reader.error(statement.keyword, `vrrp_script "${name?.text ?? ''}" names no program`, {
      expected: 'script "PROGRAM ARGUMENT…"',
    });
    return undefined;
  }
  // keepalived.conf(5) leaves the default open; 2.2.7 takes the interval.
  const timing = { ...numbers, timeoutMs: timeoutMs ?? numbers.intervalMs };
  return name && { name: name.text, command: { ...command, ...account }, ...timing, startsFailed, ...weight };
}

/** `track_file NAME { file "PATH" … }` */
export function readTrackFile(reader: Reader, statement: Statement): (TrackedFile & Weight) | undefined {
  const name = single(reader, statement, 'the name of the file in track_file blocks');
  let path: string | undefined;
  let weight: Weight = { weight: 1, reverse: false };
  let initial: TrackedFile['initial'];
  reader.block(reader.blockOf(statement), 'track_file', {
    file: (line) => (path = single(reader, line, 'a path')?.text ?? path),
    weight: (line) => (weight = readWeight(reader, line.keyword, line.parameters, 0x7fff_ffff) ?? weight),
    init_file: (line) => (initial = readInitial(reader, line)),
  });
  if (path === undefined) {
    reader.error(statement.keyword, `track_file "${name?.text ?? ''}" names no file`, { expected: 'file "PATH"' });
    return undefined;
  }
  return name && { name: name.text, path, ...defined({ initial }), ...weight };
}

function readInitial(reader: Reader, { parameters }: Statement): TrackedFile['initial'] {
  const overwrite = parameters.some(({ text }) => text === 'overwrite');
  const word = parameters.find(({ text }) => text !== 'overwrite');
  const value = word ? Number(word.text) : 0;
  if (Number.isInteger(value)) return { value, overwrite };
  if (word) reader.error(word, `"${word.text}" is not a number`, { expected: '[NUMBER] [overwrite]' });
  return undefined;
}

/** The track_… blocks of vrrp_instance and vrrp_sync_group; what they name is looked up among `known`. */
export function trackKeywords(reader: Reader, known: Trackables, into: (tracker: Tracker) => void): Keywords {
  const block = (kind: Tracker['kind']) => (statement: Statement) => {
    const names = new Set<string>();
    for (const line of reader.blockOf(statement)) {
      const tracker = readTracker(reader, line, kind, known);
      if (!tracker) continue;
      if (names.has(tracker.name)) reader.warn(line.keyword, `"${tracker.name}" is tracked already; this is ignored`);
      else into(tracker);
      names.add(tracker.name);
    }
  };
  return { track_interface: block('interface'), track_script: block('script'), track_file: block('file') };
}

function readTracker(
  reader: Reader,
  { keyword, parameters }: Statement,
  kind: Tracker['kind'],
  known: Trackables,
): Tracker | undefined {
  const name = keyword.text;
  const fallback = kind === 'interface' ? { weight: 0, reverse: false } : findTrackable(reader, keyword, kind, known);
  if (!fallback) return undefined;
  const [option, ...rest] = parameters;
  if (!option) return { kind, name, weight: fallback.weight, reverse: fallback.reverse };
  if (option.text !== 'weight') {
    reader.error(option, `"${option.text}" is not understood after "${name}"`, { expected: 'weight NUMBER [reverse]' });
    return undefined;
  }
  const weight = readWeight(reader, option, rest, weights[kind], fallback.reverse);
  return weight && { kind, name, ...weight };
}

/** What a name stands for; undefined, and told, when it is not there. */
export function findTrackable<K extends 'script' | 'file'>(
  reader: Reader,
  word: Word,
  kind: K,
  { scripts, files }: Trackables,
): Trackables[`${K}s`][number] | undefined {
  const all: readonly Trackables[`${K}s`][number][] = kind === 'script' ? scripts : files;
  const found = all.find(({ name }) => name === word.text);
  if (found) return found;
  const nearest = nearestWord(
    word.text,
    all.map(({ name }) => name),
  );
  const what = kind === 'script' ? 'vrrp_script' : 'track_file';
  reader.error(word, `there is no ${what} "${word.text}"`, nearest === undefined ? {} : { nearest });
  return undefined;
}

/** `NUMBER [reverse|noreverse]`; keepalived.conf(5) spells the last one in two ways. */
export function readWeight(
  reader: Reader,
  at: Word,
  [number, direction]: readonly Word[],
  limit: number,
  reverse = false,
): Weight | undefined {
  const expected = `a whole number from -${limit} to ${limit} [reverse]`;
  const weight = number && /^[+-]?\d+$/.test(number.text) ? Number(number.text) : Number.NaN;
  if (!(Math.abs(weight) <= limit)) {
    reader.error(number ?? at, number ? `"${number.text}" is not a weight` : 'a weight is missing', { expected });
    return undefined;
  }
  if (!direction) return { weight, reverse };
  if (!['reverse', 'noreverse', 'no_reverse'].includes(direction.text)) {
    reader.error(direction, `"${direction.text}" is not understood after a weight`, { expected });
    return undefined;
  }
  return { weight, reverse: direction.text === 'reverse' };
}
