import type { User, Userlist } from '../../engine/proxy/global.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';
import type { Context } from './context.ts';
import { LineError, type Line } from './line.ts';
import { checkName } from './quantities.ts';

interface UserDraft {
  readonly at: Word;
  readonly password?: NonNullable<User['password']>;
  readonly groups: Set<string>;
}

/** Section 3.4, while it is read. */
export interface UserlistDraft {
  readonly name: string;
  readonly users: Map<string, UserDraft>;
  /** Groups, and who they say is in them. */
  readonly groups: Map<string, readonly Word[]>;
}

/** A line of a userlist. Throws LineError. */
export function readUserlistLine(line: Line, list: UserlistDraft, context: Context): void {
  const { keyword } = line;
  if (keyword.text === 'group') readGroup(line, list, context);
  else if (keyword.text === 'user') readUser(line, list, context);
  else
    throw new LineError(keyword, `unknown word "${shown(keyword.text)}" in a userlist`, { expected: 'user or group' });
}

const parts = (word: Word): Word[] => word.text.split(',').map((text) => ({ ...word, text }));

function readGroup(line: Line, list: UserlistDraft, context: Context): void {
  const name = line.take("a group's name");
  checkName(name, "a group's name");
  // As HAProxy: what follows is not even looked at.
  if (list.groups.has(name.text)) {
    context.reader.warn(name, `the group "${name.text}" is there already: this one is ignored`);
    return;
  }
  const members: Word[] = [];
  while (!line.isDone) {
    const word = line.take('');
    if (word.text !== 'users') throw new LineError(word, `unexpected "${shown(word.text)}"`, { expected: '"users"' });
    members.push(...parts(line.take('users apart by commas')));
  }
  list.groups.set(name.text, members);
}

function readUser(line: Line, list: UserlistDraft, context: Context): void {
  const at = line.take("a user's name");
  if (list.users.has(at.text)) {
    context.reader.warn(at, `the user "${at.text}" is there already: this one is ignored`);
    return;
  }
  const groups = new Set<string>();
  const groupWords: Word[] = [];
  let password: User['password'];
  while (!line.isDone) {
    const word = line.take('');
    if (word.text === 'password' || word.text === 'insecure-password')
      password = { text: line.take('a password').text, hashed: word.text === 'password' };
    else if (word.text === 'groups') groupWords.push(...parts(line.take('groups apart by commas')));
    else
      throw new LineError(word, `unexpected "${shown(word.text)}"`, {
        expected: 'password, insecure-password or groups',
      });
  }
  for (const { text } of groupWords) groups.add(text);
  list.users.set(at.text, { at, groups, ...defined({ password }) });
}

/** Looks whether users and groups know each other. */
export function finishUserlist({ name, users, groups }: UserlistDraft, context: Context): Userlist {
  for (const [user, { at, groups: own }] of users)
    for (const group of own)
      if (!groups.has(group)) context.reader.error(at, `there is no group "${group}", of which "${user}" is to be`);
  for (const [group, members] of groups)
    for (const member of members) {
      const user = users.get(member.text);
      if (user) user.groups.add(group);
      else context.reader.error(member, `there is no user "${shown(member.text)}", who is to be of "${group}"`);
    }
  return {
    name,
    users: [...users].map(([user, { password, groups: own }]) => ({
      name: user,
      groups: [...own],
      ...defined({ password }),
    })),
  };
}
