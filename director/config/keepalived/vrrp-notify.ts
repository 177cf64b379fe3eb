import type { Command, NotifyScripts } from '../../engine/vrrp/configuration.ts';
import type { Keywords, Reader } from '../reader.ts';
import type { Statement } from '../statements.ts';
import { notifyCommand } from './scripts.ts';

/** What the notify words of an instance or group have said so far. */
export type NotifyDraft = { -readonly [K in keyof NotifyScripts]: NotifyScripts[K] };

/** `notify… "PROGRAM ARGUMENT…" [USER [GROUP]]`, spelt the same in vrrp_instance and vrrp_sync_group. */
export function notifyKeywords(reader: Reader, draft: NotifyDraft): Keywords {
  const into = (key: keyof NotifyScripts) => (statement: Statement) => {
    const command = commandOf(reader, statement);
    if (command) draft[key] = command;
  };
  return {
    notify_master: into('master'),
    notify_backup: into('backup'),
    notify_fault: into('fault'),
    notify_stop: into('stop'),
    notify_deleted: into('deleted'),
    notify: into('any'),
  };
}

export function commandOf(reader: Reader, statement: Statement): Command | undefined {
  const found = notifyCommand(reader, statement);
  if (!found) return undefined;
  const [user, group] = found.user?.split(':') ?? [];
  return {
    words: found.command,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
  };
}

/** Undefined when no word was there, so that models stay as short as their files. */
export function notifyScripts(draft: NotifyDraft): NotifyScripts | undefined {
  return Object.keys(draft).length === 0 ? undefined : draft;
}
