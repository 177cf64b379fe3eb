import type { VrrpAction } from './action.ts';
import type { Command, NotifyScripts } from './configuration.ts';

/** The states that notify scripts hear of: keepalived.conf(5), notify. */
export type NotifiedState = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'DELETED';

/** Of whom: an instance with its priority, or a sync group, whose priority is always told as 0. */
export interface NotifySubject {
  readonly type: 'INSTANCE' | 'GROUP';
  readonly name: string;
  readonly priority: number;
  readonly scripts: NotifyScripts | undefined;
}

const scriptOf: Readonly<Record<NotifiedState, Exclude<keyof NotifyScripts, 'any' | 'masterReceivedLowerPriority'>>> = {
  MASTER: 'master',
  BACKUP: 'backup',
  FAULT: 'fault',
  STOP: 'stop',
  DELETED: 'deleted',
};

/** First the script of the state, then `notify` with TYPE NAME STATE PRIORITY added; the pipes get the same as a line. */
export function notifyState(subject: NotifySubject, state: NotifiedState): VrrpAction {
  const { type, name, scripts } = subject;
  const priority = String(type === 'GROUP' ? 0 : subject.priority);
  const own = scripts?.[scriptOf[state]];
  const any = scripts?.any;
  const commands: Command[] = [];
  if (own) commands.push(own);
  if (any) commands.push({ ...any, words: [...any.words, type, name, state, priority] });
  const line = `${type} "${name}" ${state} ${priority}\n`;
  return { type: 'notify', subject: `${type} ${name}`, commands, line, last: state === 'STOP' };
}

/** A master has heard a weaker one: it may have to set right what lies outside, such as an address of a cloud. */
export function notifyLowerPriority({ name, priority, scripts }: NotifySubject): VrrpAction {
  const own = scripts?.masterReceivedLowerPriority;
  const line = `INSTANCE "${name}" MASTER_RX_LOWER_PRI ${priority}\n`;
  return { type: 'notify', subject: `INSTANCE ${name}`, commands: own ? [own] : [], line, last: false };
}
