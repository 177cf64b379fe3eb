/** Ctrl-C, a polite request, and a terminal that was closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves at the first Ctrl-C or request to end. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) process.once(signal, () => resolve());
  });
}

/** Calls the listener at every Ctrl-C or request to end, instead of ending; returns the way back. */
export function onInterrupt(listener: (times: number) => void): () => void {
  let times = 0;
  const handle = (): void => listener(++times);
  for (const signal of signals) process.on(signal, handle);
  return () => {
    for (const signal of signals) process.off(signal, handle);
  };
}
