import { BodyReader } from '../../../engine/http/body-reader.ts';
import type { FieldSection } from '../../../engine/http/fields.ts';
import type { HeadLimits } from '../../../engine/http/limits.ts';
import { type Asked, ResponseHead } from '../../../engine/http/response-head.ts';

/** Our own exchange wrote it, within its own bounds. */
const LIMITS: HeadLimits = { arrived: 1_048_576, understood: 1_048_576, fields: 4096 };
const NOTHING = new Uint8Array(0);

/** Who gets an answer's parts. */
export interface AnswerTaker {
  interim(status: number, fields: FieldSection): void;
  /** `trailers`: some may follow. `over`: nothing follows at all. */
  head(status: number, fields: FieldSection, what: { readonly trailers: boolean; readonly over: boolean }): void;
  data(buffer: Uint8Array, from: number, to: number): void;
  over(trailers: FieldSection | undefined): void;
  /** These octets are no answer. */
  broken(): void;
}

/** Reads the answer that an exchange writes, in pieces of any size. */
export class AnswerReader {
  readonly #head = new ResponseHead(LIMITS);
  readonly #body = new BodyReader(LIMITS);
  readonly #asked: Asked;
  readonly #taker: AnswerTaker;
  #state: 'head' | 'body' | 'over' = 'head';
  #chunked = false;
  /** What came before and is not understood yet; a copy. */
  #kept = NOTHING;

  constructor(method: string, taker: AnswerTaker) {
    this.#asked = { method: method === 'HEAD' ? 'HEAD' : 'GET', upgrades: false };
    this.#taker = taker;
  }

  get over(): boolean {
    return this.#state === 'over';
  }

  take(piece: Uint8Array): void {
    const octets = this.#kept.length === 0 ? piece : Buffer.concat([this.#kept, piece]);
    this.#kept = NOTHING;
    let at = 0;
    while (this.#state === 'head' && at < octets.length) at = this.#readHead(octets, at);
    if (this.#state === 'body') this.#readBody(octets);
  }

  /** Nothing more comes. False: the answer is cut short. */
  finish(): boolean {
    if (this.#state === 'body' && this.#body.close() === 'end') this.#end(undefined);
    return this.#state === 'over';
  }

  /** Answers where the head ends. */
  #readHead(octets: Uint8Array, from: number): number {
    const head = this.#head;
    head.begin(from, this.#asked);
    const progress = head.read(octets, octets.length);
    if (progress === 'refused') {
      this.#state = 'over';
      this.#taker.broken();
    } else if (progress === 'more') this.#kept = Uint8Array.from(octets.subarray(from));
    if (progress !== 'done') return octets.length;
    if (head.interim) this.#taker.interim(head.status, head.fields);
    else this.#begin();
    return head.at;
  }

  #begin(): void {
    const { status, fields, framing, length, at } = this.#head;
    this.#body.begin(framing, length, at);
    this.#chunked = framing === 'chunked';
    const over = this.#body.done;
    this.#state = over ? 'over' : 'body';
    this.#taker.head(status, fields, { trailers: this.#chunked, over });
  }

  #readBody(octets: Uint8Array): void {
    const body = this.#body;
    for (;;) {
      const event = body.next(octets, octets.length);
      if (event === 'data') this.#taker.data(octets, body.from, body.to);
      else if (event === 'more') {
        const { keptFrom } = body;
        this.#kept = Uint8Array.from(octets.subarray(keptFrom));
        body.moved(octets, -keptFrom);
        return;
      } else {
        if (event === 'end') this.#end(this.#chunked ? body.trailers : undefined);
        else {
          this.#state = 'over';
          this.#taker.broken();
        }
        return;
      }
    }
  }

  #end(trailers: FieldSection | undefined): void {
    this.#state = 'over';
    this.#taker.over(trailers);
  }
}
