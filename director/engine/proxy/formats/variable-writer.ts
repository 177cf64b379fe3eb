import type { LogFlags } from '../expressions.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';

export interface Where {
  readonly setting: Setting;
  /** A line of a log, where a hyphen stands for nothing. */
  readonly isLog: boolean;
}

/** A variable of section 8.2.4 as text. */
export type VariableWriter = (subject: Subject, flags: LogFlags, where: Where) => string;

/** More is to come when a line is written before the end (`option logasap`). */
export const plus = ({ session, stream }: Subject): string =>
  session.frontend.front.log.asSoonAsPossible && (stream?.times.total ?? -1) < 0 ? '+' : '';
