import type { LogLevel } from '../rules.ts';
import type { RequestHead } from '../../http/request-head.ts';
import type { ResponseHead } from '../../http/response-head.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { Placement } from '../runtime/placement.ts';
import type { SampleValue } from '../runtime/sample-value.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Session, SocketAddress, TrackedEntry } from '../runtime/session.ts';
import type { Message, Stream, StreamTimes, Termination } from '../runtime/stream.ts';

const NOTHING = new Uint8Array(0);

/** What every exchange notes down about itself. */
export class StreamState implements Stream {
  readonly session: Session;
  readonly number: number;
  readonly first: boolean;
  readonly request: Message<RequestHead> | undefined = undefined;
  response: Message<ResponseHead> | undefined;
  backend: BackendRuntime | undefined;
  server: ServerRuntime | undefined;
  serverFrom: SocketAddress | undefined;
  serverTo: SocketAddress | undefined;
  status = 0;
  readonly times: StreamTimes;
  readonly termination: Termination = { cause: '-', phase: '-', clientCookie: '-', serverCookie: '-' };
  bytesOut = 0;
  bytesIn = 0;
  retries = 0;
  redispatched = false;
  serverQueue = 0;
  backendQueue = 0;
  placement: Placement | undefined;
  capturedRequestCookie: string | undefined;
  capturedResponseCookie: string | undefined;
  requestLine: string | undefined;
  responseVersion: string | undefined;
  uniqueId: string | undefined;
  logLevel: LogLevel | 'silent' | undefined;
  #requestCaptures: (string | undefined)[] | undefined;
  #responseCaptures: (string | undefined)[] | undefined;
  #tracked: (TrackedEntry | undefined)[] | undefined;
  #variables: Map<string, SampleValue> | undefined;

  constructor(session: Session, number: number, first: boolean, startedAt: number) {
    this.session = session;
    this.number = number;
    this.first = first;
    this.times = { startedAt, idle: -1, request: -1, queue: -1, connect: -1, response: -1, total: -1 };
  }

  get requestCaptures(): (string | undefined)[] {
    return (this.#requestCaptures ??= []);
  }

  get responseCaptures(): (string | undefined)[] {
    return (this.#responseCaptures ??= []);
  }

  get tracked(): (TrackedEntry | undefined)[] {
    return (this.#tracked ??= []);
  }

  get variables(): Map<string, SampleValue> {
    return (this.#variables ??= new Map<string, SampleValue>());
  }

  contents(): Uint8Array {
    return NOTHING;
  }

  answerContents(): Uint8Array {
    return NOTHING;
  }

  /** Notes how it ended; who comes first is right. */
  endedBy(cause: string, phase: string): void {
    if (this.termination.cause !== '-') return;
    this.termination.cause = cause;
    this.termination.phase = phase;
  }
}
