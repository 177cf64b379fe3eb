import { BodyReader } from '../../http/body-reader.ts';
import type { Method } from '../../http/method.ts';
import { toLatin1 } from '../../http/octets.ts';
import { ResponseHead } from '../../http/response-head.ts';

/** A server's answer to a check, as far as it has come; texts are octets as Latin-1. */
export class HttpAnswer {
  readonly head = new ResponseHead();
  readonly #reader = new BodyReader();
  readonly #method: Method;
  #body = '';
  #state: 'head' | 'body' | 'whole' | 'refused' = 'head';
  #at = 0;

  constructor(method: string) {
    this.#method = method === 'HEAD' || method === 'CONNECT' ? method : 'GET';
    this.head.begin(0, { method: this.#method, upgrades: false });
  }

  /** `octets`: all that have come so far. */
  read(octets: Uint8Array, ended: boolean): void {
    if (this.#state === 'head') this.#readHead(octets);
    if (this.#state === 'body') this.#readBody(octets, ended);
  }

  get begun(): boolean {
    return this.#state !== 'head';
  }
  get isRefused(): boolean {
    return this.#state === 'refused';
  }
  get whole(): boolean {
    return this.#state === 'whole';
  }
  get body(): string {
    return this.#body;
  }
  get status(): number {
    return this.head.status;
  }
  get reason(): string {
    const { buffer, reasonFrom, reasonTo } = this.head;
    return toLatin1(buffer, reasonFrom, reasonTo);
  }

  get headers(): readonly (readonly [string, string])[] {
    const { fields } = this.head;
    return Array.from(
      { length: fields.count },
      (_, index) => [fields.nameText(index), fields.valueText(index)] as const,
    );
  }

  #readHead(octets: Uint8Array): void {
    for (;;) {
      const progress = this.head.read(octets, octets.length);
      if (progress === 'more') return;
      if (progress === 'refused') {
        this.#state = 'refused';
        return;
      }
      if (!this.head.interim) break;
      this.head.begin(this.head.at, { method: this.#method, upgrades: false });
    }
    this.#at = this.head.at;
    this.#reader.begin(this.head.framing, this.head.length, this.#at);
    this.#state = 'body';
  }

  #readBody(octets: Uint8Array, ended: boolean): void {
    for (;;) {
      const event = this.#reader.next(octets, octets.length);
      if (event === 'data') this.#body += toLatin1(octets, this.#reader.from, this.#reader.to);
      else if (event === 'end') this.#state = 'whole';
      else if (event === 'refused') this.#state = 'refused';
      else if (ended) this.#state = this.#reader.close() === 'end' ? 'whole' : 'refused';
      if (event !== 'data') return;
    }
  }
}
