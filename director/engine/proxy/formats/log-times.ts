import type { StreamTimes } from '../runtime/stream.ts';
import type { Subject } from '../samples/subject.ts';
import { type VariableWriter, plus } from './variable-writer.ts';

const NONE: StreamTimes = {
  ...{ startedAt: 0, idle: -1, request: -1, queue: -1, connect: -1, response: -1, total: -1 },
};

const timesOf = ({ stream }: Subject): StreamTimes => stream?.times ?? NONE;

/** What was not reached counts as nothing. */
const sum = (...parts: readonly number[]): number => parts.reduce((total, part) => total + Math.max(0, part), 0);

/** PROXY protocol and TLS come before the first request only. */
const handshake = ({ stream, session }: Subject): number => (stream?.first === false ? 0 : session.handshakeMs);

const before = (subject: Subject): number => {
  const { idle } = timesOf(subject);
  return idle < 0 ? 0 : idle + handshake(subject);
};

export function requestStart(subject: Subject): number {
  return timesOf(subject).startedAt + before(subject);
}

/** From the start of the stream to the whole head of the request; -1: it has not come. */
const untilRequest = (subject: Subject): number => {
  const { idle, request } = timesOf(subject);
  return request < 0 ? -1 : sum(handshake(subject), idle, request);
};

/** So long data went, from the answer's head or in mode tcp from the connection on. */
function dataTime(subject: Subject): number {
  const { idle, request, queue, connect, response, total } = timesOf(subject);
  const isHttp = (subject.stream?.backend?.settings ?? subject.session.frontend.settings).mode === 'http';
  if ((isHttp ? response : connect) < 0) return -1;
  const reached = sum(handshake(subject), idle, request, queue, connect, isHttp ? response : 0);
  return Math.max(0, total) - reached;
}

const whole = (value: number): string => String(Math.round(value));
const total = (subject: Subject): number => Math.max(0, timesOf(subject).total);

/** Section 8.4. Milliseconds. */
export const timeVariables = {
  Th: (subject) => whole(handshake(subject)),
  Ti: (subject) => whole(timesOf(subject).idle),
  TR: (subject) => whole(timesOf(subject).request),
  Tq: (subject) => whole(untilRequest(subject)),
  Tw: (subject) => whole(timesOf(subject).queue),
  Tc: (subject) => whole(timesOf(subject).connect),
  Tr: (subject) => whole(timesOf(subject).response),
  Td: (subject) => whole(dataTime(subject)),
  Ta: (subject) => plus(subject) + whole(total(subject) - before(subject)),
  Tt: (subject) => plus(subject) + whole(total(subject)),
  Tu: (subject) => plus(subject) + whole(total(subject) - Math.max(0, timesOf(subject).idle)),
} satisfies Readonly<Record<string, VariableWriter>>;
