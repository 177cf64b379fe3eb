import { judgeProgram, type ProgramCheck } from '../../engine/checks/dialogues/programs.ts';
import type { Attempt, Finish } from './attempt.ts';
import { runProgram } from './program.ts';

/** A check by a program: MISC_CHECK, `external`, Piranha's send_program and load monitoring. */
export function startProgram(check: ProgramCheck, finish: Finish): Attempt {
  const command = check.kind === 'SEND_EXPECT' ? (check.program ?? []) : check.command;
  const user = check.kind === 'MISC_CHECK' ? check.user : undefined;
  const program = runProgram(command, user, (outcome) =>
    finish('problem' in outcome ? { ok: false, reason: outcome.problem } : judgeProgram(check, outcome)),
  );
  return { abort: (now = false) => program.end(now) };
}
