import type { PersistenceCookie } from '../../engine/proxy/backend.ts';
import { shown } from '../reader.ts';
import { defined } from '../values.ts';
import { warner, type Context } from './context.ts';
import type { Draft } from './drafts.ts';
import { LineError, type Line } from './line.ts';
import { timeArgument } from './quantities.ts';

type Flag = 'indirect' | 'noCache' | 'postOnly' | 'preserve' | 'httpOnly' | 'secure';

const flags: Readonly<Record<string, Flag>> = {
  ...{ indirect: 'indirect', nocache: 'noCache', postonly: 'postOnly', preserve: 'preserve' },
  ...{ httponly: 'httpOnly', secure: 'secure' },
};

interface CookieDraft {
  readonly modes: Set<'insert' | 'rewrite' | 'prefix'>;
  readonly flags: Set<Flag>;
  readonly domains: string[];
  readonly attributes: string[];
  maxIdle?: number;
  maxLife?: number;
  isDynamic: boolean;
}

/** Section 4.2 `cookie`. Throws LineError. */
export function readCookie(line: Line, draft: Draft, context: Context): PersistenceCookie {
  const name = line.take("the cookie's name").text;
  const cookie: CookieDraft = { modes: new Set(), flags: new Set(), domains: [], attributes: [], isDynamic: false };
  while (!line.isDone) takeWord(line, cookie, context);
  const has = (flag: Flag): boolean => cookie.flags.has(flag);
  const [mode = 'passive', other] = cookie.modes;
  if (other !== undefined)
    throw new LineError(line.keyword, `a cookie cannot be both "${mode}" and "${other}"`, {
      expected: 'one of insert, rewrite and prefix',
    });
  if (mode === 'rewrite' && has('indirect'))
    throw new LineError(line.keyword, 'a cookie that the server sets cannot be "indirect"');
  if (has('preserve') && mode !== 'insert' && !has('indirect'))
    throw new LineError(line.keyword, '"preserve" needs "insert" or "indirect" beside it');
  const { maxIdle, maxLife, domains, attributes } = cookie;
  return {
    ...{ name, mode, domains, attributes },
    ...{ indirect: has('indirect'), noCache: has('noCache'), postOnly: has('postOnly'), preserve: has('preserve') },
    ...{ httpOnly: has('httpOnly'), secure: has('secure') },
    ...defined({ maxIdle, maxLife, dynamicKey: cookie.isDynamic ? (draft.back.dynamicCookieKey ?? '') : undefined }),
  };
}

function takeWord(line: Line, cookie: CookieDraft, context: Context): void {
  const word = line.take('');
  const flag = Object.hasOwn(flags, word.text) ? flags[word.text] : undefined;
  if (flag) cookie.flags.add(flag);
  else if (word.text === 'insert' || word.text === 'rewrite' || word.text === 'prefix') cookie.modes.add(word.text);
  else if (word.text === 'dynamic') cookie.isDynamic = true;
  else if (word.text === 'maxidle') cookie.maxIdle = timeArgument(line, 's', warner(context));
  else if (word.text === 'maxlife') cookie.maxLife = timeArgument(line, 's', warner(context));
  else if (word.text === 'domain') cookie.domains.push(takeDomain(line, context));
  else if (word.text === 'attr') cookie.attributes.push(takeAttribute(line));
  else
    throw new LineError(word, `unexpected "${shown(word.text)}" in a cookie`, {
      expected: `${Object.keys(flags).join(', ')}, insert, rewrite, prefix, domain, maxidle, maxlife, dynamic or attr`,
    });
}

function takeDomain(line: Line, context: Context): string {
  const word = line.take('a domain');
  const [odd] = /[^A-Za-z\d.:_-]/.exec(word.text) ?? [];
  if (odd !== undefined) throw new LineError(word, `"${odd}" cannot be in a domain`);
  if (!word.text.slice(1).includes('.'))
    context.reader.warn(word, `browsers may ignore the domain "${word.text}", which has no dot within`);
  return word.text;
}

function takeAttribute(line: Line): string {
  const word = line.take('an attribute');
  if (/[\0-\x1f\x7f;]/.test(word.text)) throw new LineError(word, 'a control character or ";" in an attribute');
  return word.text;
}
