/** Resolves at the first Ctrl-C or request to end. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

/** Calls the listener at every Ctrl-C or request to end, instead of ending; returns the way back. */
export function onInterrupt(listener: (times: number) => void): () => void {
  let times = 0;
  const handle = (): void => listener(++times);
  process.on('SIGINT', handle).on('SIGTERM', handle);
  return () => process.off('SIGINT', handle).off('SIGTERM', handle);
}
