import { FIELD_OVERHEAD } from '../../http/limits.ts';
import type { HeadEdits } from '../../http/head-edits.ts';
import type { FieldSection } from '../../http/fields.ts';
import type { Verdict } from '../runtime/verdict.ts';
import type { AnyMessage } from '../samples/fetches/header-values.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';

const FAILED: Verdict = { kind: 'failed' };
/** HAProxy's own description of a message, as in engine/http/limits.ts. */
const MESSAGE_OVERHEAD = 85;

/** A rewrite that could not be done is counted, and in strict mode an error. */
export function failedRewrite({ stream, session, strict }: Subject): Verdict | undefined {
  session.frontend.counters.failedRewrites++;
  if (stream?.backend !== undefined) stream.backend.counters.failedRewrites++;
  if (stream?.server !== undefined) stream.server.counters.failedRewrites++;
  return strict ? FAILED : undefined;
}

/** Whether a head that has grown still goes into HAProxy's buffer, the part of it that is kept for rewriting too. */
export function fits({ ports }: Setting): (message: AnyMessage) => boolean {
  const room = ports.buffers.size - MESSAGE_OVERHEAD;
  return ({ head, edits }) => edits.extra < ports.buffers.reservedForRewriting || size(head.fields, edits) <= room;
}

const size = (fields: FieldSection, edits: HeadEdits): number =>
  fields.understood + edits.extra + (edits.count - edits.arrived) * FIELD_OVERHEAD;
