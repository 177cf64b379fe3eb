import type { RequestHead } from '../../../http/request-head.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import type { Message } from '../../runtime/stream.ts';
import type { Subject } from '../subject.ts';
import { bin, int, latin1 } from '../values.ts';
import { type FetchMaker, numberAt, plain } from './fetch.ts';
import { type AnyMessage, nameAt, nextField, valueAt } from './header-values.ts';
import { requestSide, responseSide, type Side } from './headers.ts';

const body = (side: Side): FetchMaker =>
  plain((subject) => {
    const message = side(subject);
    return message === undefined ? undefined : bin(latin1(message.body()));
  });

const bodyLength = (side: Side): FetchMaker =>
  plain((subject) => {
    const message = side(subject);
    return message === undefined ? undefined : int(message.body().length);
  });

/** As announced; of chunks what is here. */
function bodySize({ request }: Subject): SampleValue | undefined {
  if (request === undefined) return undefined;
  return int(request.head.framing === 'length' ? request.head.length : request.body().length);
}

/** What HAProxy's description of a head takes beside names and values: that of the first line, and of the end of the fields. */
const LINE_OCTETS = 20;
const END_OCTETS = 1;

/** A message's octets as HAProxy counts them in mode http: without blanks, line ends and colons. */
function described(message: AnyMessage, line: number): number {
  let octets = LINE_OCTETS + line + END_OCTETS + message.body().length;
  for (let index = nextField(message, undefined, -1); index !== -1; index = nextField(message, undefined, index))
    octets += nameAt(message, index).length + valueAt(message, index).length;
  return octets;
}

const requestLine = ({ head, edits }: Message<RequestHead>, target: string): number =>
  (edits.method?.length ?? head.methodTo - head.start) + target.length + 'HTTP/1.1'.length;

function requestLength(subject: Subject): SampleValue | undefined {
  const { stream } = subject;
  if (stream === undefined) return undefined;
  subject.mayChange ||= !subject.final;
  if (stream.request === undefined) return int(stream.contents().length);
  return int(described(stream.request, requestLine(stream.request, subject.target?.whole ?? '')));
}

function responseLength(subject: Subject): SampleValue | undefined {
  const { stream } = subject;
  if (stream === undefined) return undefined;
  subject.mayChange ||= !subject.final;
  if (stream.response === undefined) return int(stream.answerContents().length);
  const { head } = stream.response;
  return int(described(stream.response, 'HTTP/1.1200'.length + head.reasonTo - head.reasonFrom));
}

/** Of connections in mode tcp; length 0: all that is here. */
const payload: FetchMaker = (given) => {
  const offset = numberAt(given, 0);
  const length = numberAt(given, 1);
  return {
    one: (subject) => {
      const { stream } = subject;
      if (stream === undefined || stream.request !== undefined) return undefined;
      const octets = stream.contents();
      if (octets.length < offset + length) {
        subject.missing();
        return undefined;
      }
      if (length === 0) subject.mayChange ||= !subject.final;
      return bin(latin1(octets, offset, length === 0 ? octets.length : offset + length));
    },
  };
};

/** Sections 7.3.5 and 7.3.6: bodies, and what has come of a connection. */
export const bodyFetches = {
  'req.body': body(requestSide),
  'req.body_len': bodyLength(requestSide),
  'req.body_size': plain(bodySize),
  'req.len': plain(requestLength),
  'req.payload': payload,
  'res.body': body(responseSide),
  'res.body_len': bodyLength(responseSide),
  'res.len': plain(responseLength),
} satisfies Readonly<Record<string, FetchMaker>>;
