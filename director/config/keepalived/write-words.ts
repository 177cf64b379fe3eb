import type { NotifyCommand } from '../../engine/checks/configuration.ts';
import type { Losses } from '../losses.ts';
import { escaped } from './scripts.ts';

/** A value of one word; in quotes where it has to be. */
export function word(text: string): string {
  return text !== '' && !/[\s{}"'#!\\$~@]/.test(text) ? text : `"${text}"`;
}

/** A program with its parameters as one quoted word; single quotes keep parameters with blanks together. */
export function quotedCommand(command: readonly string[], losses: Losses, part: object): string {
  const impossible = command.some((text) => text.includes("'") || text.includes('$'));
  losses.when(
    impossible,
    `quotes or "$" in the command ${command[0] ?? ''}`,
    'keepalived has no way to write them',
    part,
  );
  return escaped(command.map((text) => (text === '' || /\s/.test(text) ? `'${text}'` : text)).join(' '));
}

export function notifyWords({ command, user }: NotifyCommand, losses: Losses, part: object): string {
  const program = quotedCommand(command, losses, part);
  return user === undefined ? program : `${program} ${userOf(user)}`;
}

/** `USER:GROUP` as two words. */
export function userOf(user: string): string {
  return user.replace(':', ' ');
}
