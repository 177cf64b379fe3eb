import { loadScale } from '../server-state.ts';
import type {
  LoadCheckConfiguration,
  ScriptCheckConfiguration,
  SendExpectCheckConfiguration,
} from '../configuration.ts';
import type { CheckResult } from '../result.ts';
import { quote } from './conversation.ts';
import { judgeOutput } from './plain.ts';

/** How a program ended. `signal` when it was killed; `output` is the beginning of what it printed. */
export interface ProgramEnd {
  readonly code?: number;
  readonly signal?: string;
  readonly output: string;
}

/** The kinds of checks that run a program. */
export type ProgramCheck = ScriptCheckConfiguration | LoadCheckConfiguration | SendExpectCheckConfiguration;

export function judgeProgram(check: ProgramCheck, end: ProgramEnd): CheckResult {
  if (check.kind === 'MISC_CHECK') return judgeScript(check, end);
  if (end.code !== 0) return { ok: false, reason: endOf(end) };
  return check.kind === 'LOAD' ? judgeLoad(end.output) : judgeOutput(end.output, check);
}

/** keepalived's MISC_CHECK (check_misc.c): 0 is well, with the weight of the file; with misc_dynamic 2 to 255 are too, and set it to two less. */
function judgeScript({ dynamicWeight }: ScriptCheckConfiguration, end: ProgramEnd): CheckResult {
  const reason = endOf(end);
  if (end.code === 0) return { ok: true, reason, ...(dynamicWeight ? { weight: { type: 'configured' } } : {}) };
  if (!dynamicWeight || end.code === undefined || end.code < 2) return { ok: false, reason };
  return { ok: true, reason, weight: { type: 'set', weight: end.code - 2 } };
}

/**
 * The first load average of `uptime`, `rup` or `ruptime`, or else the first number. The more load, the smaller the weight: idle has all of
 * it, load 1 a half, load 3 a quarter.
 */
function judgeLoad(output: string): CheckResult {
  const found = /load(?: averages?)?[:\s]\s*(\d+(?:[.,]\d+)?)/i.exec(output) ?? /(\d+(?:[.,]\d+)?)/.exec(output);
  const load = Number(found?.[1]?.replace(',', '.') ?? NaN);
  if (Number.isNaN(load))
    return { ok: false, reason: `${output === '' ? 'nothing' : quote(output)} was printed, no load` };
  return { ok: true, reason: `load ${load}`, weight: { type: 'share', share: loadScale / (1 + load) } };
}

function endOf({ code, signal, output }: ProgramEnd): string {
  const printed = output.trim() === '' ? '' : `: ${quote(output)}`;
  return code === undefined ? `ended by ${signal ?? 'a signal'}${printed}` : `exit code ${code}${printed}`;
}
