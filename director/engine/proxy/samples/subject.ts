import { HeadEdits } from '../../http/head-edits.ts';
import { RequestHead } from '../../http/request-head.ts';
import { ResponseHead } from '../../http/response-head.ts';
import type { Session } from '../runtime/session.ts';
import type { Message, Stream } from '../runtime/stream.ts';
import { type TargetParts, partsOf } from './target-parts.ts';

/**
 * What samples are taken of. One object is used for one stream after another, as everything that looks at it is done before the next
 * one comes; `begin` each time.
 */
export class Subject {
  session!: Session;
  stream: Stream | undefined;
  /** Rules of the answer are looked at. */
  answering = false;
  /** Nothing more is to come: what is not here is not there. */
  final = true;
  /** Set by fetches of what may become another with more octets. */
  mayChange = false;
  now = 0;
  /** `strict-mode`: a rewrite that fails is an error. */
  strict = true;
  /** The server's answer is thrown away for one of our own, and is no more. */
  replacing = false;
  #target: TargetParts | undefined;
  #rawRequest: Message<RequestHead> | undefined;
  #rawResponse: Message<ResponseHead> | undefined;
  #scratch: { readonly head: RequestHead; readonly edits: HeadEdits } | undefined;
  #answerScratch: { readonly head: ResponseHead; readonly edits: HeadEdits } | undefined;

  begin(session: Session, stream: Stream | undefined, answering: boolean, now: number): this {
    this.session = session;
    this.stream = stream;
    this.answering = answering;
    this.now = now;
    this.final = true;
    this.mayChange = false;
    this.strict = true;
    this.replacing = false;
    this.#target = undefined;
    this.#rawRequest = undefined;
    this.#rawResponse = undefined;
    return this;
  }

  /** The request as far as it is known: also one that lies unread in a connection of mode tcp. */
  get request(): Message<RequestHead> | undefined {
    return this.stream?.request ?? (this.#rawRequest ??= this.#readRequest());
  }

  get response(): Message<ResponseHead> | undefined {
    if (this.replacing) return undefined;
    return this.stream?.response ?? (this.#rawResponse ??= this.#readResponse());
  }

  /** The request's target as rules have left it. */
  get target(): TargetParts | undefined {
    if (this.#target === undefined && this.request !== undefined) this.#target = partsOf(this.request);
    return this.#target;
  }

  /** A rule has changed it. */
  targetChanged(): void {
    this.#target = undefined;
  }

  /** Another test begins. */
  begunTest(): void {
    this.mayChange = false;
  }

  /** Whether the test may come out otherwise with more octets. */
  get isOpen(): boolean {
    return this.mayChange && !this.final;
  }

  /** There is not enough to tell: more octets may bring it. */
  missing(): void {
    if (!this.final) this.mayChange = true;
  }

  #readRequest(): Message<RequestHead> | undefined {
    const octets = this.stream?.contents();
    if (octets === undefined || octets.length === 0) {
      this.missing();
      return undefined;
    }
    const { head, edits } = (this.#scratch ??= { head: new RequestHead(), edits: new HeadEdits() });
    head.begin(0);
    const progress = head.read(octets, octets.length);
    if (progress === 'more') {
      this.missing();
      return undefined;
    }
    if (progress === 'refused') return undefined;
    edits.begin(head.fields);
    return { head, edits, body: () => octets.subarray(head.at), bodyComplete: false };
  }

  #readResponse(): Message<ResponseHead> | undefined {
    const octets = this.stream?.answerContents();
    if (octets === undefined || octets.length === 0) {
      this.missing();
      return undefined;
    }
    const { head, edits } = (this.#answerScratch ??= { head: new ResponseHead(), edits: new HeadEdits() });
    head.begin(0, { method: 'GET', upgrades: false });
    const progress = head.read(octets, octets.length);
    if (progress === 'more') {
      this.missing();
      return undefined;
    }
    if (progress === 'refused') return undefined;
    edits.begin(head.fields);
    return { head, edits, body: () => octets.subarray(head.at), bodyComplete: false };
  }
}
