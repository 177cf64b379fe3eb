import type { SampleExpression } from '../expressions.ts';
import type { TrackedEntry } from '../runtime/session.ts';
import { compileSample } from '../samples/compile.ts';
import type { Setting } from '../samples/setting.ts';
import { keyOf } from '../stick/key-of.ts';
import type { Subject } from '../samples/subject.ts';

/** Where a rule stands: `session`: before there is a stream; `http`: its request is there and counted. */
export type TrackPlace = 'session' | 'content' | 'http';

/** Section 4.2 `track-sc0`: from here on what the stream does is counted for a key. The first rule for a counter is right. */
export function compileTrack(
  rule: { readonly counter: number; readonly key: SampleExpression; readonly table: string },
  setting: Setting,
  place: TrackPlace,
): (subject: Subject) => void {
  const { counter } = rule;
  const sampler = compileSample(rule.key, setting);
  return (subject) => {
    const { stream, session, now } = subject;
    if (stream?.tracked[counter] !== undefined || session.tracked[counter] !== undefined) return;
    const table = setting.environment.tables.get(rule.table);
    const sample = table === undefined ? undefined : sampler.one(subject);
    const key = table === undefined || sample === undefined ? undefined : keyOf(table.settings, sample);
    const entry = key === undefined ? undefined : table?.touch(key, now);
    if (table === undefined || entry === undefined) return;
    const tracked = { table, entry };
    if (place === 'session' || stream === undefined) session.tracked[counter] = tracked;
    else stream.tracked[counter] = tracked;
    beginTracking(tracked, now);
    if (place !== 'http') return;
    entry.add('http_req_cnt', now, 1);
    entry.add('http_req_rate', now, 1);
  };
}

function beginTracking({ entry }: TrackedEntry, now: number): void {
  entry.references++;
  entry.add('conn_cur', now, 1);
  entry.add('conn_cnt', now, 1);
  entry.add('conn_rate', now, 1);
}
