import { type FieldName, fieldName } from '../../http/field-name.ts';
import { isOwnField } from '../../http/head-edits.ts';
import { fromLatin1 } from '../../http/octets.ts';
import { type FormatUse, compileFormat, constantOf } from '../formats/log-format.ts';
import type { LogFormat } from '../expressions.ts';
import { stringTest } from '../matching/strings.ts';
import type { MessageAction } from '../rules.ts';
import { type AnyMessage, elementsOf, nameAt, nextField, valueAt } from '../samples/fetches/header-values.ts';
import { compiled, expand } from '../samples/converters/regular-expressions.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';
import { octetText } from '../samples/values.ts';
import type { Act } from './common-actions.ts';
import { failedRewrite, fits } from './rewriting.ts';

export type HeaderAction = Extract<
  MessageAction,
  { readonly action: 'set-header' | 'add-header' | 'del-header' | 'replace-header' | 'replace-value' }
>;

/** The message that the rules are about, and how text for it is put together. */
export interface RewrittenSide {
  readonly use: FormatUse;
  message(subject: Subject): AnyMessage | undefined;
}

/** A value as octets; made once when nothing in it changes. */
function valueOf(format: LogFormat, setting: Setting, { use }: RewrittenSide): (subject: Subject) => Uint8Array {
  const constant = constantOf(format);
  if (constant !== undefined) {
    const octets = fromLatin1(constant);
    return () => octets;
  }
  const write = compileFormat(format, setting, use);
  return (subject) => fromLatin1(write(subject));
}

/** Fields that the head's writer decides on by itself are left alone: what they say follows from the connection and the body. */
const isOwn = (name: FieldName | undefined): boolean => name !== undefined && isOwnField(name.id);

function putHeader(
  action: Extract<HeaderAction, { readonly action: 'set-header' | 'add-header' }>,
  setting: Setting,
  side: RewrittenSide,
): Act {
  const name = fieldName(action.name);
  if (isOwn(name)) return () => undefined;
  const value = valueOf(action.value, setting, side);
  const goesIn = fits(setting);
  const how = action.action === 'set-header' ? 'set' : 'add';
  return (subject) => {
    const message = side.message(subject);
    if (message === undefined) return undefined;
    const done = name !== undefined && message.edits[how](name, value(subject)) && goesIn(message);
    return done ? undefined : failedRewrite(subject);
  };
}

function deleteHeader(action: Extract<HeaderAction, { readonly action: 'del-header' }>, side: RewrittenSide): Act {
  if (action.method === 'str') {
    const name = fieldName(action.name);
    return (subject) => {
      if (name !== undefined) side.message(subject)?.edits.delete(name);
      return undefined;
    };
  }
  const matches = nameTest(action);
  return (subject) => {
    const message = side.message(subject);
    if (message === undefined) return undefined;
    for (let index = nextField(message, undefined, -1); index !== -1; index = nextField(message, undefined, index)) {
      const found = nameAt(message, index);
      const name = matches(found) ? fieldName(found) : undefined;
      if (name !== undefined) message.edits.delete(name);
    }
    return undefined;
  };
}

function nameTest(action: Extract<HeaderAction, { readonly action: 'del-header' }>): (name: string) => boolean {
  if (action.method !== 'reg') return stringTest(action.method, [action.name], true);
  const expression = compiled(action.expression);
  return (name) => expression.test(name);
}

type Replace = Extract<HeaderAction, { readonly action: 'replace-header' | 'replace-value' }>;

/** Whole lines, or each of the values that commas part; those that do not match stay. */
function replaceHeader(action: Replace, setting: Setting, side: RewrittenSide): Act {
  const name = fieldName(action.name);
  if (name === undefined || isOwn(name)) return () => undefined;
  const expression = compiled(action.expression);
  const write = compileFormat(action.value, setting, side.use);
  const goesIn = fits(setting);
  const replaced = (text: string, template: string): string => {
    const match = expression.exec(text);
    return match === null ? text : expand(template, match);
  };
  const anew = action.action === 'replace-header' ? replaced : elementwise(replaced);
  return (subject) => {
    const message = side.message(subject);
    if (message === undefined) return undefined;
    let template: string | undefined;
    for (let index = nextField(message, name, -1); index !== -1; index = nextField(message, name, index)) {
      const before = valueAt(message, index);
      template ??= write(subject);
      const after = anew(before, template);
      if (after === before) continue;
      if (!message.edits.replace(index, fromLatin1(after)) || !goesIn(message)) return failedRewrite(subject);
    }
    return undefined;
  };
}

type Replaced = (text: string, template: string) => string;

const elementwise =
  (replaced: Replaced): Replaced =>
  (text, template) => {
    let result = '';
    let done = 0;
    let wasReplaced = false;
    for (const { from, to } of elementsOf(text)) {
      const before = text.slice(from, to);
      const after = replaced(before, template);
      const between = text.slice(done, from);
      const isReplaced = after !== before;
      // Blanks around what is replaced go with it.
      const kept = wasReplaced ? between.trimStart() : between;
      result += (isReplaced ? kept.trimEnd() : kept) + after;
      wasReplaced = isReplaced;
      done = to;
    }
    return result + (wasReplaced ? text.slice(done).trimStart() : text.slice(done));
  };

/** What rules do to header fields. */
export function compileHeaderAction(action: HeaderAction, setting: Setting, side: RewrittenSide): Act {
  switch (action.action) {
    case 'set-header':
    case 'add-header':
      return putHeader({ ...action, name: octetText(action.name) }, setting, side);
    case 'del-header':
      return deleteHeader(action, side);
    default:
      return replaceHeader(action, setting, side);
  }
}
