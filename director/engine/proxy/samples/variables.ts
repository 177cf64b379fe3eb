import type { ProxyEnvironment } from '../runtime/environment.ts';
import type { SampleValue } from '../runtime/sample-value.ts';
import type { Subject } from './subject.ts';

/** Where a variable of section 2.8 lives at this moment, and its name there. Requests' are no more once there is an answer. */
function placeOf(
  subject: Subject,
  environment: ProxyEnvironment,
  variable: string,
): { readonly values: Map<string, SampleValue>; readonly name: string } | undefined {
  const dot = variable.indexOf('.');
  const scope = variable.slice(0, dot);
  const name = variable.slice(dot + 1);
  if (scope === 'proc') return { values: environment.variables, name };
  if (scope === 'sess') return { values: subject.session.variables, name };
  if (subject.stream === undefined || scope === 'check') return undefined;
  if (scope !== 'txn' && (scope === 'res') !== subject.answering) return undefined;
  return { values: subject.stream.variables, name: variable };
}

export function readVariable(
  subject: Subject,
  environment: ProxyEnvironment,
  variable: string,
): SampleValue | undefined {
  const place = placeOf(subject, environment, variable);
  return place?.values.get(place.name);
}

/** False where there is no such scope now. */
export function writeVariable(
  subject: Subject,
  environment: ProxyEnvironment,
  variable: string,
  value: SampleValue | undefined,
): boolean {
  const place = placeOf(subject, environment, variable);
  if (place === undefined) return false;
  if (value === undefined) place.values.delete(place.name);
  else place.values.set(place.name, value);
  return true;
}

/** Whether a text is the name of a variable rather than a number. */
export function isVariable(text: string): boolean {
  return /^(?:proc|sess|txn|req|res|check)\.[\w.]+$/.test(text);
}
