import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { ProxyEnvironment } from '../runtime/environment.ts';
import type { FrontendCounters, TimeAverages, BackCounters } from '../runtime/counters.ts';

const maxima = ['sessionsMax', 'sessionRateMax', 'connectionRateMax', 'requestRateMax', 'queueMax'] as const;
const timeMaxima = ['queueMax', 'connectMax', 'responseMax', 'totalMax'] as const;

function clear(counters: FrontendCounters | BackCounters, all: boolean): void {
  const numbers = counters as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(numbers)) {
    const isMaximum = maxima.some((one) => one === name);
    if (typeof value === 'number' && (all || isMaximum)) numbers[name] = 0;
  }
  if (all) counters.responses.fill(0);
}

function clearTimes(averages: TimeAverages, all: boolean): void {
  for (const name of timeMaxima) averages[name] = 0;
  if (!all) return;
  averages.queue.clear();
  averages.connect.clear();
  averages.response.clear();
  averages.total.clear();
}

function clearBackend(backend: BackendRuntime, all: boolean): void {
  for (const one of [backend, ...backend.servers]) {
    clear(one.counters, all);
    clearTimes(one.averages, all);
    one.counters.sessionsMax = one.current;
  }
}

/** `clear counters`: the largest values so far begin anew; with `all` everything does. */
export function clearCounters({ frontends, backends }: ProxyEnvironment, all: boolean): void {
  for (const front of frontends.values()) {
    clear(front.counters, all);
    front.counters.sessionsMax = front.current;
    for (const listener of front.listeners) {
      clear(listener.counters, all);
      listener.counters.sessionsMax = listener.current;
    }
  }
  for (const backend of backends.values()) clearBackend(backend, all);
}
