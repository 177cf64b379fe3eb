import { assertNever } from './engine/assert-never.ts';
import { currentThread } from './io/threads.ts';

/** One file is the command line, the director, and each of its threads. */
async function main(): Promise<void> {
  const thread = currentThread();
  if (!thread) {
    const { runCommandLine } = await import('./cli/program.ts');
    await runCommandLine(process.argv.slice(2));
    return;
  }
  switch (thread.role) {
    case 'vrrp': {
      const { runThread } = await import('./io/vrrp/thread.ts');
      runThread(thread.data);
      break;
    }
    case 'packet': {
      const { runThread } = await import('./io/plane/thread.ts');
      runThread(thread.data);
      break;
    }
    default:
      assertNever(thread.role);
  }
}

void main();
