import { SystemError, schedSetscheduler } from '../libc.ts';
import type { Scheduling } from './messages.ts';

const policyFifo = 1;
/** Threads and processes started from here go back to the ordinary class. */
const resetOnFork = 0x4000_0000;
/** Above ordinary work, below the kernel's own threads (50). */
const priority = 10;

/** Asks for the real-time class for the calling thread, so that its timers do not wait behind other work. */
export function becomeRealTime(): Scheduling {
  try {
    schedSetscheduler(0, policyFifo | resetOnFork, priority);
    return { policy: 'fifo', reason: `SCHED_FIFO, priority ${priority}` };
  } catch (error) {
    const code = error instanceof SystemError ? error.code : String(error);
    return { policy: 'other', reason: `SCHED_FIFO is not allowed here (${code}): timers may wait behind other work` };
  }
}
