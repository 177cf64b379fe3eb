import type { StatisticsPage } from '../../engine/proxy/configuration.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';
import { takeCondition } from './acl.ts';
import { scopeOf, warner, type Context } from './context.ts';
import type { Draft } from './drafts.ts';
import { LineError, type Line } from './line.ts';
import { oneOf, timeArgument } from './quantities.ts';

const usual: StatisticsPage = {
  ...{ uri: '/haproxy?stats', accounts: [], refresh: 0, hidesVersion: false, showsLegends: false, showsModules: false },
  ...{ scope: [], admin: [], access: [] },
};

type Page = StatisticsPage;
type Reading = (line: Line, page: Page, place: { draft: Draft; context: Context; at: Word }) => Partial<Page>;

const statsWords: Readonly<Record<string, Reading>> = {
  enable: () => ({}),
  'hide-version': () => ({ hidesVersion: true }),
  'show-legends': () => ({ showsLegends: true }),
  'show-modules': () => ({ showsModules: true }),
  uri: (line) => ({ uri: line.take('a path').text }),
  realm: (line) => ({ realm: line.take('a realm, with a backslash before its blanks').text }),
  refresh: (line, _, { context }) => ({ refresh: timeArgument(line, 's', warner(context)) }),
  auth: (line, { accounts }) => {
    const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(line.take('user:password').text) ?? [];
    const others = accounts.filter((account) => account.user !== user);
    return { accounts: others.length < accounts.length ? accounts : [...accounts, { user, password }] };
  },
  scope: (line, { scope }) => ({ scope: [...scope, line.take("a proxy's name, or a dot").text] }),
  'show-node': (line) => {
    const word = line.isDone ? undefined : line.take('');
    if (word && !/^[\w.-]+$/.test(word.text)) throw new LineError(word, `"${shown(word.text)}" is not a node's name`);
    return { node: word?.text ?? '' };
  },
  'show-desc': (line, _, { context, at }) => {
    const words = line.takeRest().map(({ text }) => text);
    const { description } = context.globals;
    if (words.length === 0 && description === undefined)
      context.reader.warn(at, 'there is no description to show', { expected: 'text, or "description" in global' });
    return defined({ description: words.length === 0 ? description : words.join(' ') });
  },
  admin: (line, { admin }, { draft, context, at }) => {
    if (draft.kind === 'defaults') throw new LineError(at, '"stats admin" cannot stand in defaults');
    const when = takeCondition(line, scopeOf(context, draft), 'statistics', true);
    if (!when) throw new LineError(line.next, 'when to allow it is missing', { expected: '"if" or "unless"' });
    return { admin: [...admin, when] };
  },
  'http-request': (line, { access }, { draft, context, at }) => {
    if (draft.kind === 'defaults') throw new LineError(at, '"stats http-request" cannot stand in defaults');
    const action = oneOf(line.take('allow, deny or auth'), ['allow', 'deny', 'auth']);
    const realm = action === 'auth' && line.takeIf('realm') ? line.take('a realm').text : undefined;
    const when = takeCondition(line, scopeOf(context, draft), 'statistics', true);
    return { access: [...access, { action, ...defined({ realm, when }) }] };
  },
};

/** Section 4.2 `stats`. Throws LineError. */
export function readStatistics(line: Line, draft: Draft, context: Context): void {
  const word = line.take(Object.keys(statsWords).join(', '));
  const read = Object.hasOwn(statsWords, word.text) ? statsWords[word.text] : undefined;
  if (!read)
    throw new LineError(word, `unknown word "${shown(word.text)}" behind "stats"`, {
      expected: Object.keys(statsWords).join(', '),
    });
  const page = draft.statistics ?? usual;
  draft.statistics = { ...page, ...read(line, page, { draft, context, at: word }) } as NonNullable<Draft['statistics']>;
  draft.seen.set('stats', line.keyword);
  // HAProxy does not look at them, and most who write them mean a blank.
  if (!line.isDone)
    context.reader.warn(line.next, `"${shown(line.peek())}" is ignored: "stats ${word.text}" takes fewer words`, {
      expected: 'a backslash before a blank that is meant',
    });
}
