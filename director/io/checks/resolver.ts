import { lookup, type LookupAddress } from 'node:dns';

/**
 * So many names are asked for at once. The C library's resolver may think for half a minute, in one of the four threads of the pool that
 * files are read in as well.
 */
const mostAtOnce = 3;

type Found = (address: string) => void;
type Failed = (reason: string) => void;
interface Question {
  readonly host: string;
  readonly waiting: Set<{ readonly found: Found; readonly failed: Failed }>;
}
/** dns.lookup, or another in tests. */
export type Lookup = (host: string, done: (error: Error | null, addresses?: readonly LookupAddress[]) => void) => void;

/** Looks names of hosts up as the C library does, beside the main thread; whoever asks for the same name waits for the same answer. */
export class Resolver {
  readonly #lookup: Lookup;
  readonly #questions = new Map<string, Question>();
  readonly #queue: Question[] = [];
  #running = 0;

  constructor(look: Lookup = (host, done) => lookup(host, { all: true }, done)) {
    this.#lookup = look;
  }

  /** One of `found` and `failed` is called later, unless the function that is returned was called before. */
  resolve(host: string, found: Found, failed: Failed): () => void {
    let question = this.#questions.get(host);
    if (!question) {
      question = { host, waiting: new Set() };
      this.#questions.set(host, question);
      this.#queue.push(question);
    }
    const asker = { found, failed };
    const { waiting } = question;
    waiting.add(asker);
    this.#next();
    return () => waiting.delete(asker);
  }

  #next(): void {
    while (this.#running < mostAtOnce) {
      const question = this.#queue.shift();
      if (!question) return;
      if (question.waiting.size === 0) this.#questions.delete(question.host);
      else this.#ask(question);
    }
  }

  #ask(question: Question): void {
    this.#running++;
    this.#lookup(question.host, (error, addresses) => {
      this.#running--;
      this.#questions.delete(question.host);
      const first = error ? undefined : addresses?.[0];
      for (const { found, failed } of question.waiting) {
        if (first) found(first.address);
        else failed(`no address is known for ${question.host}`);
      }
      this.#next();
    });
  }
}

export const resolver = new Resolver();
