import { compileFormat, asName } from '../formats/log-format.ts';
import type { SampleExpression } from '../expressions.ts';
import type { AddressAction, CommonAction } from '../rules.ts';
import type { SocketAddress, TrackedEntry } from '../runtime/session.ts';
import type { Verdict } from '../runtime/verdict.ts';
import { cast, integerOf } from '../samples/cast.ts';
import { compileSample } from '../samples/compile.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';
import { str } from '../samples/values.ts';
import { writeVariable } from '../samples/variables.ts';
import { type TrackPlace, compileTrack } from './tracking.ts';

/** What a rule does; undefined: the next one is looked at. `strict`: what cannot be done is an error. */
export type Act = (subject: Subject) => Verdict | undefined;

const DROP: Verdict = { kind: 'drop' };

export const doing =
  (act: (subject: Subject) => void): Act =>
  (subject) => {
    act(subject);
    return undefined;
  };

const trackedBy = ({ stream, session }: Subject, counter: number): TrackedEntry | undefined =>
  stream?.tracked[counter] ?? session.tracked[counter];

function increment(counter: number, count: 'gpc0' | 'gpc1'): Act {
  return doing((subject) => {
    const entry = trackedBy(subject, counter)?.entry;
    entry?.add(count, subject.now, 1);
    entry?.add(`${count}_rate`, subject.now, 1);
  });
}

/** A number, or a sample that gives one. */
export function numberOf(value: number | SampleExpression, setting: Setting): (subject: Subject) => number | undefined {
  if (typeof value === 'number') return () => value;
  const sampler = compileSample(value, setting);
  return (subject) => {
    const sample = sampler.one(subject);
    const number = sample === undefined ? undefined : integerOf(sample);
    return number === undefined ? undefined : Number(number);
  };
}

/** What every list of rules knows. */
export function compileCommon(action: CommonAction, setting: Setting, place: TrackPlace): Act {
  const { environment } = setting;
  switch (action.action) {
    case 'set-var': {
      const sampler = compileSample(action.sample, setting);
      return doing((subject) => {
        const value = sampler.one(subject);
        if (value !== undefined) writeVariable(subject, environment, action.variable, value);
      });
    }
    case 'set-var-fmt': {
      const write = compileFormat(action.value, setting, asName);
      return doing((subject) => void writeVariable(subject, environment, action.variable, str(write(subject))));
    }
    case 'unset-var':
      return doing((subject) => void writeVariable(subject, environment, action.variable, undefined));
    case 'track-sc':
      return doing(compileTrack(action, setting, place));
    case 'sc-inc-gpc0':
      return increment(action.counter, 'gpc0');
    case 'sc-inc-gpc1':
      return increment(action.counter, 'gpc1');
    case 'sc-set-gpt0': {
      const read = numberOf(action.value, setting);
      return doing((subject) => {
        const value = read(subject);
        if (value !== undefined) trackedBy(subject, action.counter)?.entry.set('gpt0', value >>> 0);
      });
    }
    case 'silent-drop':
      return () => DROP;
  }
}

const ADDRESS_ACTIONS: ReadonlySet<string> = new Set(['set-src', 'set-dst', 'set-src-port', 'set-dst-port']);

export function isAddressAction(action: { readonly action: string }): action is AddressAction {
  return ADDRESS_ACTIONS.has(action.action);
}

/** `set-src` and its kin: for everything that asks where the client is. */
export function compileAddress(action: AddressAction, setting: Setting): Act {
  const end = action.action.startsWith('set-src') ? 'source' : 'destination';
  if ('port' in action) {
    const read = numberOf(action.port, setting);
    return doing((subject) => {
      const port = read(subject);
      if (port !== undefined) change(subject, end, { port: port & 0xffff });
    });
  }
  const sampler = compileSample(action.address, setting);
  return doing((subject) => {
    const sample = sampler.one(subject);
    const value = sample === undefined ? undefined : cast(sample, 'addr');
    if (value?.type === 'ipv4' || value?.type === 'ipv6') change(subject, end, { address: value.value });
  });
}

function change({ session }: Subject, end: 'source' | 'destination', to: Partial<SocketAddress>): void {
  session[end] = { ...session[end], ...to };
}
