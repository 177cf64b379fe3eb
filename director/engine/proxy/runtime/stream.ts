import type { HeadEdits } from '../../http/head-edits.ts';
import type { RequestHead } from '../../http/request-head.ts';
import type { ResponseHead } from '../../http/response-head.ts';
import type { LogLevel } from '../rules.ts';
import type { BackendRuntime } from './backend-runtime.ts';
import type { Placement } from './placement.ts';
import type { SampleValue } from './sample-value.ts';
import type { ServerRuntime } from './server-runtime.ts';
import type { Session, SocketAddress, TrackedEntry } from './session.ts';

/** A message as it arrived and as rules have changed it since. */
export interface Message<Head> {
  readonly head: Head;
  readonly edits: HeadEdits;
  /** Octets of the body (without chunk lines) that are here and not sent on; all of them when `bodyComplete`. */
  body(): Uint8Array;
  readonly bodyComplete: boolean;
}

/**
 * Section 8.5: who ended the stream, and what it was doing. Spelt as in the log: C S P R I D L U K c s, and R Q C H D L T; `-` is
 * a normal end.
 */
export interface Termination {
  cause: string;
  phase: string;
  /** What the client's cookie was (N I D V E U O), and what was done about it (N I U P R D). */
  clientCookie: string;
  serverCookie: string;
}

/** Section 8.4. Milliseconds; -1: never came so far. */
export interface StreamTimes {
  /** Since 1970: the accept, or the end of the request before. */
  startedAt: number;
  /** Until the request's first octet (Ti), from it to the end of its head (TR). */
  idle: number;
  request: number;
  /** In queues (Tw), until connected (Tc), until the whole head of the answer (Tr). */
  queue: number;
  connect: number;
  response: number;
  /** From `startedAt` to the last octet; -1 while it goes on. */
  total: number;
}

/** One exchange: a request and its answer, or a connection in mode tcp. What samples, rules, balancing and logs look at. */
export interface Stream {
  readonly session: Session;
  /** Unique in the process: `uid` of `show sess`, and a part of unique-id's. */
  readonly number: number;
  /** The first request of its connection. */
  readonly first: boolean;
  readonly request: Message<RequestHead> | undefined;
  readonly response: Message<ResponseHead> | undefined;
  /** What the client has sent and nobody has taken yet, in mode tcp. */
  contents(): Uint8Array;
  /** What the server has sent and nobody has taken yet, in mode tcp. */
  answerContents(): Uint8Array;
  /** Nothing more comes of either, or there is no room for it: rules that wait for more look at what is here. */
  readonly contentsComplete?: boolean;
  readonly answerContentsComplete?: boolean;
  /** Sends an answer 1xx of our own to the client (`early-hint`); absent where nobody would understand it. */
  sendInterim?(octets: Uint8Array): void;
  /** The frontend's own until rules choose another. Absent: there is none. */
  backend: BackendRuntime | undefined;
  server: ServerRuntime | undefined;
  /** Our end of the connection to it, and where that goes. */
  serverFrom: SocketAddress | undefined;
  serverTo: SocketAddress | undefined;
  /** The answer's status, from a server or our own; 0 so far. */
  status: number;
  readonly times: StreamTimes;
  readonly termination: Termination;
  /** Octets to the client, and from it. */
  bytesOut: number;
  bytesIn: number;
  /** `set-timeout`; absent: as the backend has them. */
  serverTimeoutMs?: number;
  tunnelTimeoutMs?: number;
  /** `disable-l7-retry`: once it is sent, the request is not tried again elsewhere. */
  triedOnce?: boolean;
  retries: number;
  redispatched: boolean;
  /** Streams before it in the server's queue, and in the backend's, when it came there. */
  serverQueue: number;
  backendQueue: number;
  /** By slot. What the request line, the cookies and headers were when they were seen. */
  readonly requestCaptures: (string | undefined)[];
  readonly responseCaptures: (string | undefined)[];
  capturedRequestCookie: string | undefined;
  capturedResponseCookie: string | undefined;
  /** `GET /a HTTP/1.1`, as it arrived; absent before it has been read. */
  requestLine: string | undefined;
  responseVersion: string | undefined;
  /** Made when it is first asked for. */
  uniqueId: string | undefined;
  logLevel: LogLevel | 'silent' | undefined;
  /** How it comes to its server; absent before it looks for one. */
  placement?: Placement | undefined;
  /** What `track-sc…` of content rules has set; the session's own otherwise. */
  readonly tracked: (TrackedEntry | undefined)[];
  /** `txn.…`, `req.…` and `res.…`, by their whole names. */
  readonly variables: Map<string, SampleValue>;
}
