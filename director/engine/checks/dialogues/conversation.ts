import type { CheckResult } from '../result.ts';
import { concat, fromLatin1, latin1, type Bytes } from './bytes.ts';

/**
 * A dialogue with a server is a generator: it yields what it wants done and gets what came, so that it reads like the protocol.
 * `Conversation` makes a state machine of it, with events in and actions out.
 */
export type Step =
  | { readonly type: 'send'; readonly bytes: Bytes }
  /** Answered with the next bytes, or undefined when the server has closed. */
  | { readonly type: 'receive'; readonly channel: Channel }
  /** No more from us; the server may go on. */
  | { readonly type: 'half-close' }
  /** A new connection in place of this one, to the same place or another. Answered when it is there. */
  | { readonly type: 'reconnect'; readonly to?: Destination }
  /** A second connection to another port of the same server (FTP's data). Answered when it is there. */
  | { readonly type: 'open'; readonly port: number };

/** Where a redirect leads to. */
export interface Destination {
  /** Address or name. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

export type Channel = 'main' | 'side';
export type Steps<T> = Generator<Step, T, Bytes | undefined>;
export type Dialogue = Steps<CheckResult>;

export type ConversationEvent =
  | { readonly type: 'connected' | 'closed'; readonly channel: Channel }
  | { readonly type: 'data'; readonly channel: Channel; readonly bytes: Bytes };

export type ConversationAction<Result = CheckResult> =
  Exclude<Step, { type: 'receive' }> | { readonly type: 'verdict'; readonly result: Result };

/** Ends a dialogue with a failure, in words. */
export class DialogueFailure extends Error {
  override readonly name = 'DialogueFailure';
}

/** Begins the reason of a failure that is a fault of this program. */
export const internalFailure = 'the check itself failed';

/** What a server may send before we stop listening, in bytes. */
export const mostBytes = 8 * 1024 * 1024;

/** `Result`: what the dialogue comes to; of checks at layer 4 a `CheckResult`. */
export class Conversation<Result = CheckResult> {
  readonly #dialogue: Steps<Result>;
  readonly #fault: (reason: string) => Result;
  readonly #arrived: Record<Channel, Bytes[]> = { main: [], side: [] };
  readonly #closed: Record<Channel, boolean> = { main: false, side: false };
  #received = 0;
  #waiting: 'main-connected' | 'side-connected' | Channel | 'nothing' = 'main-connected';

  /** `fault`: the result when the dialogue fails in words (`DialogueFailure`), or by a mistake of ours. */
  constructor(dialogue: Steps<Result>, fault: (reason: string) => Result) {
    this.#dialogue = dialogue;
    this.#fault = fault;
  }

  handle(event: ConversationEvent): ConversationAction<Result>[] {
    if (event.type === 'data') {
      this.#received += event.bytes.length;
      this.#arrived[event.channel].push(event.bytes);
      if (this.#received > mostBytes) return this.#end(this.#fault(`more than ${mostBytes} bytes came`));
    } else if (event.type === 'closed') this.#closed[event.channel] = true;
    else this.#closed[event.channel] = false;
    return this.#proceed(event);
  }

  #proceed(event: ConversationEvent): ConversationAction<Result>[] {
    if (this.#waiting === 'main-connected' || this.#waiting === 'side-connected') {
      const connected = event.type === 'connected' && this.#waiting === `${event.channel}-connected`;
      return connected ? this.#run(undefined) : [];
    }
    return this.#waiting === 'nothing' ? [] : this.#deliver(this.#waiting);
  }

  #deliver(channel: Channel): ConversationAction<Result>[] {
    const bytes = this.#arrived[channel].shift();
    return bytes !== undefined || this.#closed[channel] ? this.#run(bytes) : [];
  }

  #run(input: Bytes | undefined): ConversationAction<Result>[] {
    const actions: ConversationAction<Result>[] = [];
    let next = input;
    for (;;) {
      const step = this.#next(next);
      next = undefined;
      if (step.type === 'verdict') return [...actions, ...this.#end(step.result)];
      if (step.type === 'receive') {
        this.#waiting = step.channel;
        next = this.#arrived[step.channel].shift();
        if (next === undefined && !this.#closed[step.channel]) return actions;
        continue;
      }
      actions.push(step);
      if (step.type === 'reconnect' || step.type === 'open') {
        const channel = step.type === 'open' ? 'side' : 'main';
        this.#arrived[channel] = [];
        this.#waiting = `${channel}-connected`;
        return actions;
      }
    }
  }

  #next(input: Bytes | undefined): Step | Extract<ConversationAction<Result>, { type: 'verdict' }> {
    try {
      const { done, value } = this.#dialogue.next(input);
      return done === true ? { type: 'verdict', result: value } : value;
    } catch (error) {
      // Whatever a server sends, the director goes on: also an error of our own is no more than a failed check.
      const words = error instanceof Error ? error.message : String(error);
      const reason = error instanceof DialogueFailure ? words : `${internalFailure}: ${words}`;
      return { type: 'verdict', result: this.#fault(reason) };
    }
  }

  #end(result: Result): ConversationAction<Result>[] {
    if (this.#waiting === 'nothing') return [];
    this.#waiting = 'nothing';
    return [{ type: 'verdict', result }];
  }
}

/** A dialogue that comes to a verdict: whatever goes wrong is a failed check. */
export function conversationOf(dialogue: Dialogue): Conversation {
  return new Conversation<CheckResult>(dialogue, (reason) => ({ ok: false, reason }));
}

/** What came on one channel, read by lines or by counted bytes. */
export class Input {
  readonly #channel: Channel;
  #bytes: Bytes = new Uint8Array(0);
  #ended = false;

  constructor(channel: Channel = 'main') {
    this.#channel = channel;
  }

  /** Without its line end. Fails when the server closes first; `what` says what we waited for. */
  *line(what: string): Steps<string> {
    let at = this.#bytes.indexOf(10);
    while (at === -1) {
      yield* this.#more(what);
      at = this.#bytes.indexOf(10);
    }
    return fromLatin1(this.#take(at + 1)).replace(/\r?\n$/, '');
  }

  /** The same, but undefined when the server closes first. */
  *lineOrEnd(): Steps<string | undefined> {
    while (!this.#bytes.includes(10) && !this.#ended) yield* this.#fill();
    return this.#bytes.includes(10) ? yield* this.line('') : undefined;
  }

  /** So many bytes, or fewer when the server closes first. */
  *atMost(count: number): Steps<Bytes> {
    while (this.#bytes.length < count && !this.#ended) yield* this.#fill();
    return this.#take(count);
  }

  *bytes(count: number, what: string): Steps<Bytes> {
    while (this.#bytes.length < count) yield* this.#more(what);
    return this.#take(count);
  }

  /** At least one byte, whatever has come; undefined at the end. */
  *some(): Steps<Bytes | undefined> {
    if (this.#bytes.length === 0) yield* this.#fill();
    return this.#bytes.length === 0 ? undefined : this.#take(this.#bytes.length);
  }

  /** All until the server closes. */
  *rest(): Steps<Bytes> {
    const parts: Bytes[] = [];
    for (let part = yield* this.some(); part !== undefined; part = yield* this.some()) parts.push(part);
    return concat(...parts);
  }

  *#more(what: string): Steps<void> {
    yield* this.#fill();
    if (this.#ended) throw new DialogueFailure(`the server closed the connection before ${what}`);
  }

  *#fill(): Steps<void> {
    const bytes = yield { type: 'receive', channel: this.#channel };
    if (bytes === undefined) this.#ended = true;
    else this.#bytes = this.#bytes.length === 0 ? bytes : concat(this.#bytes, bytes);
  }

  #take(count: number): Bytes {
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }
}

export function* send(data: string | Bytes): Steps<void> {
  yield { type: 'send', bytes: typeof data === 'string' ? latin1(data) : data };
}

/** What a server said, for a reason: printable, on one line and short. */
export function quote(text: string): string {
  const line = text.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return `"${line.length > 80 ? `${line.slice(0, 77)}...` : line}"`;
}
