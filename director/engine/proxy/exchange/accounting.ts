import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { BackCounters, FrontendCounters, TimeAverages } from '../runtime/counters.ts';
import type { FrontendRuntime } from '../runtime/frontend-runtime.ts';
import type { Stream, StreamTimes } from '../runtime/stream.ts';

/** A request has come, or what should have been one. */
export function countRequest({ counters, requestRate }: FrontendRuntime, now: number): void {
  counters.requests++;
  counters.requestRateMax = Math.max(counters.requestRateMax, requestRate.add(now));
}

/** A stream has come to its backend. */
export function countArrival(backend: BackendRuntime, now: number): void {
  const { counters } = backend;
  backend.current++;
  backend.lastSessionAt = now;
  counters.sessions++;
  counters.requests++;
  counters.sessionsMax = Math.max(counters.sessionsMax, backend.current);
  counters.sessionRateMax = Math.max(counters.sessionRateMax, backend.sessionRate.add(now));
}

/** A stream is over. */
export function countEnd(stream: Stream, frontend: FrontendRuntime): void {
  const { backend, server } = stream;
  countTraffic(frontend.counters, stream);
  if (backend !== undefined) {
    backend.current--;
    countTraffic(backend.counters, stream);
    if (stream.times.response !== -1) countTimes(backend.averages, stream.times);
  }
  if (server !== undefined) {
    countTraffic(server.counters, stream);
    if (stream.times.response !== -1) countTimes(server.averages, stream.times);
  }
}

function countTraffic(counters: FrontendCounters | BackCounters, { status, bytesIn, bytesOut }: Stream): void {
  const kind = status >= 100 && status < 600 ? Math.floor(status / 100) : 0;
  counters.bytesIn += bytesIn;
  counters.bytesOut += bytesOut;
  if (status !== 0) counters.responses[kind] = (counters.responses[kind] as number) + 1;
}

function countTimes(averages: TimeAverages, { queue, connect, response, total }: StreamTimes): void {
  averages.queue.add(queue);
  averages.connect.add(connect);
  averages.response.add(response);
  averages.total.add(total);
  averages.queueMax = Math.max(averages.queueMax, queue);
  averages.connectMax = Math.max(averages.connectMax, connect);
  averages.responseMax = Math.max(averages.responseMax, response);
  averages.totalMax = Math.max(averages.totalMax, total);
}
