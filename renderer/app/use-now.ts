import { useEffect, useState } from 'react';

/** The time, again every `periodMs`, for what ticks on screen. Stands still while `running` is false. */
export function useNow(periodMs: number, running = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => setNow(Date.now()), periodMs);
    return () => clearInterval(timer);
  }, [periodMs, running]);
  return now;
}
