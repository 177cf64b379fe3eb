import type { SampleValue } from '../../runtime/sample-value.ts';
import type { Stream } from '../../runtime/stream.ts';
import type { Subject } from '../subject.ts';
import { TRUE, bool, int, latin1, str } from '../values.ts';
import { type FetchMaker, numberAt, plain } from './fetch.ts';

const optional = (text: string | undefined): SampleValue | undefined => (text === undefined ? undefined : str(text));

const captured =
  (list: (stream: Stream) => readonly (string | undefined)[]): FetchMaker =>
  (given) => {
    const slot = numberAt(given, 0);
    return { one: ({ stream }) => (stream === undefined ? undefined : optional(list(stream)[slot])) };
  };

/** A word of the request's line as it arrived: 0 the method, 1 the target, 2 the version. */
function wordOfLine({ stream }: Subject, word: 0 | 1 | 2): SampleValue | undefined {
  const line = stream?.requestLine ?? (stream === undefined ? undefined : arrivedLine(stream));
  return optional(line?.split(' ')[word]);
}

function arrivedLine({ request }: Stream): string | undefined {
  if (request === undefined) return undefined;
  const { head } = request;
  return `${head.methodText()} ${head.targetText()} HTTP/1.${head.minor}`;
}

const known = (value: string): SampleValue => ({ type: 'method', value });
const KNOWN = {
  GET: known('GET'),
  HEAD: known('HEAD'),
  POST: known('POST'),
  PUT: known('PUT'),
  DELETE: known('DELETE'),
  OPTIONS: known('OPTIONS'),
  CONNECT: known('CONNECT'),
  TRACE: known('TRACE'),
} as const;

/** Of those that HAProxy knows, as it arrived: rules that change it change what is sent. */
function method({ request }: Subject): SampleValue | undefined {
  if (request === undefined) return undefined;
  const { head, edits } = request;
  if (head.method !== 'other' && head.method !== 'PATCH') return KNOWN[head.method];
  const { method: given } = edits;
  return {
    type: 'method',
    value: given === undefined ? latin1(head.buffer, head.start, head.methodTo) : latin1(given),
  };
}

function status({ stream, response, replacing }: Subject): SampleValue | undefined {
  if (replacing) return undefined;
  if (response === undefined) return stream === undefined || stream.status === 0 ? undefined : int(stream.status);
  return int(response.edits.status === 0 ? response.head.status : response.edits.status);
}

/** Sections 7.3.5 and 7.3.6: what is kept of messages, and their first lines. */
export const captureFetches = {
  'req.proto_http': plain(({ request }) => (request === undefined ? undefined : TRUE)),
  method: plain(method),
  http_first_req: plain(({ stream }) => (stream === undefined ? undefined : bool(stream.first))),
  'capture.req.hdr': captured(({ requestCaptures }) => requestCaptures),
  'capture.req.method': plain((subject) => wordOfLine(subject, 0)),
  'capture.req.uri': plain((subject) => wordOfLine(subject, 1)),
  'capture.req.ver': plain((subject) => wordOfLine(subject, 2)),
  'capture.res.hdr': captured(({ responseCaptures }) => responseCaptures),
  'capture.res.ver': plain(({ stream, response }) =>
    optional(stream?.responseVersion ?? (response === undefined ? undefined : `HTTP/1.${response.head.minor}`)),
  ),
  'req.ver': plain(({ request }) => (request === undefined ? undefined : str(`1.${request.head.minor}`))),
  'res.ver': plain(({ response }) => (response === undefined ? undefined : str(`1.${response.head.minor}`))),
  status: plain(status),
} satisfies Readonly<Record<string, FetchMaker>>;
