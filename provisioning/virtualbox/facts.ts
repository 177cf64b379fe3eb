import { run } from '../process/run.ts';
import { parseVersion } from './output.ts';
import { vboxManage } from './program.ts';

const LIMIT_MS = 20_000;

/** The version that is installed; undefined when there is none, or when it does not start. Never rejects. */
export async function virtualBoxVersion(program = vboxManage()): Promise<string | undefined> {
  return parseVersion(await run(program, ['--version'], { timeoutMs: LIMIT_MS }).catch(() => ''));
}
