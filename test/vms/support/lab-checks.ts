import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checksFor } from '../../../provisioning/checks/index.ts';
import type { CheckContext, LabCheck } from '../../../provisioning/checks/index.ts';
import { labRecordSchema } from '../../../provisioning/lab/lab-record.ts';
import type { Relevo } from '../../integration/support/relevo.ts';

const PATIENCE_MS = 60_000;

/** The statements that hold for a running lab when nothing in it is broken. */
export function checksOf(relevo: Relevo, lab: string, stack: CheckContext['stack']): LabCheck[] {
  const file = join(relevo.state, 'labs', lab, 'lab.json');
  const { testbed, provider } = labRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return checksFor(testbed, { stack, provider, internet: 'stand-in' });
}

/** Title → `true`, or what the command printed. A statement that is not true yet gets a minute. */
export async function resultsOf(
  relevo: Relevo,
  lab: string,
  checks: readonly LabCheck[],
): Promise<Map<string, true | string>> {
  const results = new Map<string, true | string>();
  for (const { title, node, run } of checks) {
    const end = Date.now() + PATIENCE_MS;
    let result: true | string = '';
    do
      result = await relevo.on(node, run, lab).then(
        () => true as const,
        (error: unknown) => String(error),
      );
    while (result !== true && Date.now() < end);
    results.set(title, result);
  }
  return results;
}

/** What the testbed declares to be different is called alike. */
export function withoutDeclared(results: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries([...results].map(([title, result]) => [title.replace(/, by (NFS|sshfs)$/, ''), result]));
}
