import { compileFormat, inRequest } from '../formats/log-format.ts';
import type { HttpRequestAction } from '../rules.ts';
import { compiled, expand } from '../samples/converters/regular-expressions.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';
import type { TargetParts } from '../samples/target-parts.ts';
import type { Act } from './common-actions.ts';
import { failedRewrite, fits } from './rewriting.ts';

export type TargetAction = Extract<
  HttpRequestAction,
  {
    readonly action:
      | 'set-method'
      | 'set-path'
      | 'set-pathq'
      | 'set-query'
      | 'set-uri'
      | 'replace-path'
      | 'replace-pathq'
      | 'replace-uri';
  }
>;

type Part = 'path' | 'pathAndQuery' | 'query' | 'whole';

const parts: Readonly<Record<Exclude<TargetAction['action'], 'set-method'>, Part>> = {
  'set-path': 'path',
  'set-pathq': 'pathAndQuery',
  'set-query': 'query',
  'set-uri': 'whole',
  'replace-path': 'path',
  'replace-pathq': 'pathAndQuery',
  'replace-uri': 'whole',
};

export function isTargetAction(action: { readonly action: string }): action is TargetAction {
  return action.action === 'set-method' || Object.hasOwn(parts, action.action);
}

/** The target with another one of its parts; undefined where it has no path that could be another. */
function withPart({ origin, path, query, pathAndQuery }: TargetParts, part: Part, value: string): string | undefined {
  if (part === 'whole') return value;
  if (pathAndQuery === '') return undefined;
  if (part === 'path') return origin + value + (query === undefined ? '' : `?${query}`);
  return part === 'query' ? `${origin}${path}?${value}` : origin + value;
}

/** What rules do to the first line of a request. */
export function compileTargetAction(action: TargetAction, setting: Setting): Act {
  const write = compileFormat(action.value, setting, inRequest);
  const goesIn = fits(setting);
  if (action.action === 'set-method')
    return (subject) => {
      const { request } = subject;
      if (request === undefined) return undefined;
      return request.edits.setMethod(write(subject)) && goesIn(request) ? undefined : failedRewrite(subject);
    };
  const part = parts[action.action];
  const value = 'expression' in action ? replacement(compiled(action.expression), write, part) : write;
  return (subject) => {
    const { request, target } = subject;
    if (request === undefined || target === undefined) return undefined;
    const text = value(subject);
    if (text === undefined) return undefined;
    const whole = withPart(target, part, text);
    const done = whole !== undefined && request.edits.setTarget(whole) && goesIn(request);
    subject.targetChanged();
    return done ? undefined : failedRewrite(subject);
  };
}

/** undefined: nothing matches, and the part stays. */
function replacement(
  expression: RegExp,
  write: (subject: Subject) => string,
  part: Part,
): (subject: Subject) => string | undefined {
  return (subject) => {
    const { target } = subject;
    const match = target === undefined ? null : expression.exec(target[part] ?? '');
    return match === null ? undefined : expand(write(subject), match);
  };
}
