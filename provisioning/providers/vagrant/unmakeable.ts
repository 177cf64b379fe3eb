import type { Problem } from '../../../testbeds/problem.ts';
import { RelevoError } from '../../contract/index.ts';

/** The error for a testbed with values that no machine can have. */
export function unmakeable(testbed: string, problems: readonly Problem[]): RelevoError {
  const lines = problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const code = problems.every(({ path }) => path[0] === 'lab' || path[0] === 'box')
    ? 'INVALID_INPUT'
    : 'INVALID_TESTBED';
  const what = lines.length === 1 ? 'one value' : `${lines.length} values`;
  return new RelevoError(code, `No machines can be made of "${testbed}": ${what} will not do.`, {
    output: lines.join('\n'),
    hint: 'Mend what the lines above name.',
  });
}
