import { RelevoError } from '../contract/index.ts';
import { run } from '../process/run.ts';
import { virtualBoxAdvice, virtualBoxSentence } from './advice.ts';
import { vboxManage } from './program.ts';

const COMMAND_LIMIT_MS = 30_000;
/** A machine that was switched off is locked until its process has ended, and so is one that another command looks at. */
const LOCK_LIMIT_MS = 15_000;
const LOCK_POLL_MS = 250;
/** The code alone says less: it is also that of a snapshot with children. The context names the call, in no language. */
const LOCKED =
  /VBOX_E_INVALID_OBJECT_STATE[\s\S]*"(?:LockMachine|LaunchVMProcess)\(|already locked (?:by|for) a session/;

export type Manage = (args: readonly string[], timeoutMs?: number) => Promise<string>;

/**
 * Runs VBoxManage and gives its standard output.
 * @throws RelevoError MACHINE_FAILED with VirtualBox's own sentence, cause and next step; MISSING_TOOL
 */
export function vboxManager(program = vboxManage(), lockLimitMs = LOCK_LIMIT_MS): Manage {
  return async (args, timeoutMs = COMMAND_LIMIT_MS) => {
    const end = Date.now() + lockLimitMs;
    for (;;) {
      try {
        return await run(program, args, { timeoutMs, code: 'MACHINE_FAILED' });
      } catch (error) {
        if (!LOCKED.test(outputOf(error)) || Date.now() >= end) throw explained(error);
        await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
      }
    }
  };
}

/** The machine or snapshot that was asked for is not there. */
export function isUnknown(error: unknown): boolean {
  return outputOf(error).includes('VBOX_E_OBJECT_NOT_FOUND');
}

function outputOf(error: unknown): string {
  return error instanceof RelevoError ? (error.detail.output ?? '') : '';
}

function explained(error: unknown): unknown {
  if (!(error instanceof RelevoError) || error.code !== 'MACHINE_FAILED') return error;
  const output = outputOf(error);
  const sentence = virtualBoxSentence(output);
  const message = sentence === undefined ? error.message : `"${error.detail.command ?? ''}" failed: ${sentence}`;
  return new RelevoError('MACHINE_FAILED', message, { ...error.detail, ...virtualBoxAdvice(output) }, error);
}
