import type { Proxy, StatisticsPage } from '../configuration.ts';
import type { Condition } from '../expressions.ts';
import { compileCondition } from '../matching/condition.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';

/** `auth`: whoever asks is to say who they are, for this realm. */
export type Access = { readonly action: 'allow' | 'deny' } | { readonly action: 'auth'; readonly realm: string };

const REALM = 'HAProxy Statistics';
const ACCOUNTS = '.internal-stats-userlist';

/** The page's own accounts, for whom there is a list of users of no other name. */
const knownAccount: Condition = {
  polarity: 'if',
  alternatives: [
    [
      {
        negated: false,
        acl: {
          tests: [
            {
              sample: { fetch: 'http_auth', arguments: [ACCOUNTS], converters: [], type: 'bool' },
              patterns: { method: 'bool' },
            },
          ],
        },
      },
    ],
  ],
};

function withAccounts(setting: Setting, { accounts }: StatisticsPage): Setting {
  const users = accounts.map(({ user, password }) => {
    return { name: user, password: { text: password, hashed: false }, groups: [] };
  });
  const userlists = [...setting.ports.userlists, { name: ACCOUNTS, users }];
  return { ...setting, ports: { ...setting.ports, userlists } };
}

/** `stats http-request`, the first whose condition holds; without any, `stats auth`. */
export function compileAccess(page: StatisticsPage, setting: Setting): (subject: Subject) => Access {
  const realm = page.realm ?? REALM;
  if (page.access.length === 0 && page.accounts.length > 0) {
    const isKnown = compileCondition(knownAccount, withAccounts(setting, page));
    return (subject) => (isKnown(subject) ? { action: 'allow' } : { action: 'auth', realm });
  }
  const rules = page.access.map(({ action, realm: own = realm, when }) => {
    const access: Access = action === 'auth' ? { action, realm: own } : { action };
    return { access, holds: compileCondition(when, setting) };
  });
  return (subject) => rules.find(({ holds }) => holds(subject))?.access ?? { action: 'allow' };
}

/** `stats admin`: whether states may be changed. */
export function compileAdmin(page: StatisticsPage, setting: Setting): (subject: Subject) => boolean {
  const conditions = page.admin.map((condition) => compileCondition(condition, setting));
  return (subject) => conditions.some((holds) => holds(subject));
}

/** Whether a proxy is on the page: those of its scope, `.` for the page's own; then those that are asked for. */
export function isInScope(page: StatisticsPage, own: Proxy, name: string, asked: string): boolean {
  const { scope } = page;
  if (scope.length > 0 && !scope.includes(name) && !(scope.includes('.') && name === own.name)) return false;
  return name.includes(asked);
}
