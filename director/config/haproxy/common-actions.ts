import type { AddressAction, CommonAction, LogLevel } from '../../engine/proxy/rules.ts';
import { logLevels } from '../../engine/proxy/rules.ts';
import { fetches } from '../../engine/proxy/samples.ts';
import type { SampleExpression } from '../../engine/proxy/expressions.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { scopeOf } from './context.ts';
import { hasBack } from './drafts.ts';
import { LineError, notServed, type Line } from './line.ts';
import { oneOf } from './quantities.ts';
import { format, type RulePlace } from './replies.ts';
import { canBecome, takeSample, within } from './sample.ts';
import { isAvailable } from './scope.ts';

/** Reads what follows an action's word; the word itself has gone by. */
export type ActionReader<Action> = (line: Line, word: Word, place: RulePlace) => Action;
export type Actions<Action> = Readonly<Record<string, ActionReader<Action>>>;

/** What is known of actions of every list, and done by none of ours. */
const unserved =
  /^(?:set-(?:mark|tos|nice|priority-class|priority-offset|map)|(?:add|del)-acl|del-map|do-resolve|use-service|cache-use|cache-store|normalize-uri|wait-for-handshake|send-spoe-group|ot-group|sc-inc-gpc|sc-set-gpt|lua\.[\w.]+|attach-srv|expect-netscaler-cip)$/;

/** Finds the action that a line's next word names, and reads it. Throws LineError. */
export function takeAction<Action>(line: Line, place: RulePlace, actions: Actions<Action>): Action | CommonAction {
  const word = line.take(`one of: ${Object.keys(actions).join(', ')}`);
  const name = word.text.replace(/\(.*$/s, '');
  const counter = /^track-sc(\d+)$/.exec(name)?.[1];
  if (counter !== undefined) return takeTrack(line, word, Number(counter), place);
  const own = Object.hasOwn(actions, name) ? actions[name] : undefined;
  const read = own ?? (Object.hasOwn(commonActions, name) ? commonActions[name] : undefined);
  if (read) return read(line, word, place);
  if (unserved.test(name)) throw notServed(word);
  const nearest = nearestWord(name, [...Object.keys(actions), ...Object.keys(commonActions)]);
  const expected = `one of: ${Object.keys(actions).join(', ')}`;
  const details = nearest === undefined ? { expected } : { expected, nearest };
  throw new LineError(word, `unknown action "${shown(word.text)}" of "${line.keyword.text}"`, details);
}

const commonActions: Actions<CommonAction> = {
  'set-var': (line, word, place) => ({
    action: 'set-var',
    variable: variableOf(word),
    sample: sampleHere(line, place),
  }),
  'set-var-fmt': (line, word, place) => ({
    action: 'set-var-fmt',
    variable: variableOf(word),
    value: format(line.take('text'), place),
  }),
  'unset-var': (_, word) => ({ action: 'unset-var', variable: variableOf(word) }),
  'sc-inc-gpc0': (_, word) => ({ action: 'sc-inc-gpc0', counter: counterOf(word) }),
  'sc-inc-gpc1': (_, word) => ({ action: 'sc-inc-gpc1', counter: counterOf(word) }),
  'sc-set-gpt0': (line, word, place) => ({
    action: 'sc-set-gpt0',
    counter: counterOf(word),
    value: numberOrSample(line, place),
  }),
  'silent-drop': () => ({ action: 'silent-drop' }),
};

/** A number, or a sample that gives one. Throws LineError. */
export function numberOrSample(line: Line, place: RulePlace): number | SampleExpression {
  return /^\d+$/.test(line.peek()) ? Number(line.take('').text) : sampleHere(line, place);
}

function between(word: Word): Word {
  const [, inner] = /\((.*)\)$/s.exec(word.text) ?? [];
  if (inner !== undefined) return { ...within(word, word.text.indexOf('(') + 1), text: inner };
  throw new LineError(word, `"${shown(word.text)}" needs a name in parentheses`, { expected: `${word.text}(…)` });
}

/** Section 2.8: `txn.name`. */
function variableOf(word: Word): string {
  const name = between(word);
  if (/^(?:proc|sess|txn|req|res|check)\.[\w.]+$/.test(name.text)) return name.text;
  throw new LineError(name, `"${shown(name.text)}" is not a variable`, {
    expected: 'proc, sess, txn, req, res or check, a dot, and a name',
  });
}

function counterOf(word: Word): number {
  const name = between(word);
  if (/^[012]$/.test(name.text)) return Number(name.text);
  throw new LineError(name, `"${shown(name.text)}" is not a tracked counter`, { expected: '0, 1 or 2' });
}

/** Throws LineError when the sample is not there at this moment. */
export function sampleHere(line: Line, place: RulePlace): SampleExpression {
  const { next } = line;
  const sample = takeSample(line, scopeOf(place.context, place.draft));
  const [, , available] = fetches.get(sample.fetch) ?? [];
  if (available !== undefined && !isAvailable(available, place.moment, hasBack(place.draft)))
    throw new LineError(next, `"${sample.fetch}" is not there at this moment`);
  return sample;
}

function takeTrack(line: Line, word: Word, counter: number, place: RulePlace): CommonAction {
  if (counter > 2)
    throw new LineError(word, 'only three counters can be tracked', { expected: 'track-sc0, track-sc1 or track-sc2' });
  const key = sampleHere(line, place);
  const at = line.takeIf('table') ? line.take('the name of a table') : word;
  const table = at === word ? place.draft.name : at.text;
  place.context.references.push({ at, kind: 'table', name: table });
  return { action: 'track-sc', counter, key, table };
}

/** `set-src` and its kin. */
export const addressActions: Actions<AddressAction> = {
  'set-src': (line, _, place) => ({ action: 'set-src', address: addressHere(line, place) }),
  'set-dst': (line, _, place) => ({ action: 'set-dst', address: addressHere(line, place) }),
  'set-src-port': (line, _, place) => ({ action: 'set-src-port', port: sampleHere(line, place) }),
  'set-dst-port': (line, _, place) => ({ action: 'set-dst-port', port: sampleHere(line, place) }),
};

function addressHere(line: Line, place: RulePlace): SampleExpression {
  const { next } = line;
  const sample = sampleHere(line, place);
  if (!canBecome(sample.type, 'addr')) throw new LineError(next, `a sample of type ${sample.type} is no address`);
  return sample;
}

export function takeLogLevel(line: Line): LogLevel | 'silent' {
  const levels = [...logLevels, 'silent'] as const;
  return oneOf(line.take(levels.join(', ')), levels);
}

/** A slot for what is captured: `len N` makes a new one, `id N` is one that is there. Throws LineError. */
export function takeSlot(line: Line, place: RulePlace, list: 'request' | 'response', allowsNew: boolean): number {
  const kind = line.takeIf('len', 'id');
  if (!kind || (kind.text === 'len' && !allowsNew))
    throw new LineError(kind ?? line.next, 'where to keep it is missing', {
      expected: allowsNew ? '"len" or "id"' : '"id"',
    });
  const word = line.take('a number');
  const value = /^\d+$/.test(word.text) ? Number(word.text) : Number.NaN;
  const { captures } = place.draft.front;
  if (kind.text === 'id') {
    const isKnown = value < captures[list].length || place.draft.kind === 'backend';
    if (Number.isNaN(value) || !isKnown)
      throw new LineError(word, `there is no slot ${shown(word.text)}`, {
        expected: 'the number of a "declare capture"',
      });
    return value;
  }
  if (!(value > 0)) throw new LineError(word, `"${shown(word.text)}" is not a length`, { expected: '1 or more' });
  if (place.draft.kind === 'backend')
    throw new LineError(kind, 'a backend has no slots of its own', { expected: '"id"' });
  captures[list] = [...captures[list], { length: value }];
  return captures[list].length - 1;
}
