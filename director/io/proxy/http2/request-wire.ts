import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { CHUNK_END, CHUNK_LINE_ROOM, writeChunkLine } from '../../../engine/http/chunks.ts';
import type { FieldSection } from '../../../engine/http/fields.ts';
import { fromLatin1 } from '../../../engine/http/octets.ts';
import { Inbox, type Outbox, OUTBOX_ENOUGH, type Wire, type WireUser } from '../../../engine/proxy/wire.ts';
import type { LoopWire, SocketLoop } from '../socket-loop.ts';
import { answerFields, joined } from './answer-fields.ts';
import { AnswerReader, type AnswerTaker } from './answer-reader.ts';
import type { FloodGuard } from './flood-guard.ts';
import { InboxFeed } from './inbox-feed.ts';
import { type RequestText, trailerText } from './request-text.ts';

const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_PROTOCOL_ERROR } = constants;
const LAST_CHUNK = fromLatin1('0\r\n');
const NO_TRAILERS = fromLatin1('\r\n');
const NOBODY: WireUser = {
  connected: () => undefined,
  received: () => undefined,
  drained: () => undefined,
  failed: () => undefined,
  moved: () => undefined,
};

/**
 * One stream of HTTP/2 as a connection of HTTP/1.1 with a single request: its user reads the request and writes the answer as if
 * there were nothing else.
 */
export class RequestWire implements Wire, Outbox, LoopWire, AnswerTaker {
  readonly inbox = new Inbox();
  user: WireUser = NOBODY;
  readonly #stream: ServerHttp2Stream;
  readonly #loop: SocketLoop;
  readonly #guard: FloodGuard;
  readonly #feed: InboxFeed;
  readonly #answer: AnswerReader;
  readonly #body: RequestText['body'];
  /** Octets of the content that are still to come, where they are counted. */
  #left: number;
  #trailers: Uint8Array = NO_TRAILERS;
  /** The whole request has been handed on or waits for room. */
  #requestOver: boolean;
  #reading = true;
  #reserved = Buffer.alloc(0);
  #written: Uint8Array[] = [];
  #writtenOctets = 0;
  #answerTrailers: OutgoingHttpHeaders = {};
  #dirty = false;
  #blocked = false;
  #closed = false;
  /** `finished`: the user writes no more; `sent`: the stream has been told. */
  #ending: 'open' | 'finished' | 'sent' = 'open';

  constructor(stream: ServerHttp2Stream, request: RequestText, loop: SocketLoop, guard: FloodGuard) {
    this.#stream = stream;
    this.#loop = loop;
    this.#guard = guard;
    this.#body = request.body;
    this.#left = request.length;
    this.#feed = new InboxFeed(this.inbox, loop.slabs, (by) => this.user.moved(by));
    this.#answer = new AnswerReader(request.method, this);
    this.#requestOver = stream.endAfterHeaders;
    this.#feed.put(request.octets);
    this.#feed.fill();
    stream
      .on('data', (piece: Buffer) => this.#took(() => this.#content(piece)))
      .on('trailers', (_fields, _flags, raw?: string[]) => this.#took(() => this.#takeTrailers(raw ?? [])))
      .on('end', () => this.#took(() => this.#requestEnds()))
      .on('wantTrailers', () => stream.sendTrailers(this.#answerTrailers))
      .on('close', () => this.#fail());
  }

  get outbox(): this {
    return this;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get pending(): number {
    return this.#writtenOctets + this.#stream.writableLength;
  }

  get reading(): boolean {
    return this.#reading;
  }

  set reading(wanted: boolean) {
    this.#reading = wanted;
    if (wanted) this.#loop.again(this);
  }

  reserve(octets: number): { buffer: Uint8Array; at: number } {
    this.#reserved = Buffer.allocUnsafe(octets);
    return { buffer: this.#reserved, at: 0 };
  }

  commit(octets: number): void {
    this.#answer.take(this.#reserved.subarray(0, octets));
    this.#soil();
  }

  write(buffer: Uint8Array, from: number, to: number): void {
    this.#answer.take(buffer.subarray(from, to));
    this.#soil();
  }

  rest(): void {
    this.#feed.giveBack();
  }

  finish(): void {
    if (this.#ending !== 'open') return;
    this.#ending = 'finished';
    this.#soil();
  }

  close(): void {
    if (this.#closed) return;
    this.finish();
    this.flush();
    this.#leave();
  }

  abort(): void {
    if (this.#closed) return;
    this.#leave();
    this.#reset(NGHTTP2_INTERNAL_ERROR);
  }

  read(now: number): void {
    while (this.#reading && !this.#closed && !this.#feed.empty) {
      if (!this.#feed.fill()) {
        this.#stream.pause();
        this.#loop.full(this);
        return;
      }
      this.user.received(now);
      if (!this.closed) this.#feed.giveBack();
    }
    if (this.#closed || !this.#reading) return;
    this.#feed.giveBack();
    if (this.#stream.isPaused()) this.#stream.resume();
    if (!this.#requestOver || !this.#answer.over || this.inbox.ended) return;
    // There is no other request on this stream.
    this.inbox.ended = true;
    this.user.received(now);
  }

  flush(): void {
    this.#dirty = false;
    if (this.#ending === 'finished') {
      this.#ending = 'sent';
      if (!this.#answer.finish()) this.#reset(NGHTTP2_INTERNAL_ERROR);
      else if (!this.#requestOver) this.#stopRequest();
    }
    this.#send();
    if (!this.#answer.over) return;
    if (!this.#stream.writableEnded) this.#stream.end();
    this.#loop.again(this);
  }

  // What the answer consists of.

  interim(status: number, fields: FieldSection): void {
    if (this.#usable) this.#try(() => this.#stream.additionalHeaders(answerFields(fields, status)));
  }

  head(status: number, fields: FieldSection, { trailers, over }: { trailers: boolean; over: boolean }): void {
    if (!this.#usable) return;
    // RFC 9110 section 15.3.6: 205 has no content, whatever the server sends.
    const ends = over || status === constants.HTTP_STATUS_RESET_CONTENT;
    const options = { sendDate: false, endStream: ends, waitForTrailers: trailers && !ends };
    const lines = answerFields(fields, status);
    this.#try(() => {
      try {
        this.#stream.respond(lines, options);
      } catch {
        this.#stream.respond(joined(lines), options);
      }
    });
  }

  data(buffer: Uint8Array, from: number, to: number): void {
    this.#written.push(Uint8Array.from(buffer.subarray(from, to)));
    this.#writtenOctets += to - from;
    if (this.pending >= OUTBOX_ENOUGH) this.#blocked = true;
  }

  over(trailers: FieldSection | undefined): void {
    if (trailers !== undefined) this.#answerTrailers = answerFields(trailers);
  }

  broken(): void {
    this.#reset(NGHTTP2_INTERNAL_ERROR);
  }

  get #usable(): boolean {
    return !this.#stream.destroyed && !this.#stream.closed;
  }

  #send(): void {
    if (this.#writtenOctets === 0) return;
    const pieces = this.#written;
    this.#written = [];
    this.#writtenOctets = 0;
    // Node itself has ended those that can have no content: HEAD, 205.
    if (!this.#usable || this.#stream.writableEnded) return;
    this.#stream.write(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces), () => this.#sent());
  }

  #try(respond: () => void): void {
    try {
      respond();
    } catch {
      // The server says what HTTP/2 has no form for.
      this.#reset(NGHTTP2_INTERNAL_ERROR);
    }
  }

  /** The rest of the request is of no use to anybody: what has been answered stays answered (RFC 9113 section 8.1). */
  #stopRequest(): void {
    const stream = this.#stream;
    if (stream.writableFinished) this.#reset(NGHTTP2_NO_ERROR);
    else stream.once('finish', () => this.#reset(NGHTTP2_NO_ERROR));
  }

  #reset(code: number): void {
    if (this.#stream.destroyed || this.#stream.closed) return;
    // `close` would first send END_STREAM, and half an answer would look whole; an error is INTERNAL_ERROR alone.
    if (code === NGHTTP2_INTERNAL_ERROR) this.#stream.destroy(new Error('the answer does not come'));
    else this.#stream.close(code);
  }

  /** Something has come: everything that it brings about happens now. */
  #took(note: () => void): void {
    if (this.#closed) return;
    note();
    this.read(this.#loop.now());
    this.#loop.settle();
  }

  #content(piece: Buffer): void {
    this.#guard.content(piece.length);
    if (piece.length === 0 || this.#requestOver) return;
    if (this.#body === 'length') {
      this.#left -= piece.length;
      if (this.#left < 0) this.#malformed();
      else this.#feed.put(piece);
    } else {
      const line = Buffer.allocUnsafe(CHUNK_LINE_ROOM);
      this.#feed.put(line.subarray(0, writeChunkLine(line, 0, piece.length)));
      this.#feed.put(piece);
      this.#feed.put(CHUNK_END);
    }
  }

  #takeTrailers(fields: readonly string[]): void {
    const text = trailerText(fields);
    if (text === 'malformed') this.#malformed();
    else this.#trailers = text;
  }

  /** END_STREAM. With counted content HTTP/1.1 has no place for trailers. */
  #requestEnds(): void {
    if (this.#requestOver || this.#stream.aborted || this.#stream.rstCode !== NGHTTP2_NO_ERROR) return;
    if (this.#body === 'length' && this.#left > 0) {
      this.#malformed();
      return;
    }
    this.#requestOver = true;
    if (this.#body !== 'chunked') return;
    this.#feed.put(LAST_CHUNK);
    this.#feed.put(this.#trailers);
  }

  /** RFC 9113 section 8.1.1. Its server has read nothing as a whole request. */
  #malformed(): void {
    this.#reset(NGHTTP2_PROTOCOL_ERROR);
    this.#fail();
  }

  #soil(): void {
    if (this.#dirty || this.#closed) return;
    this.#dirty = true;
    this.#loop.soiled(this);
  }

  #sent(): void {
    if (!this.#blocked || this.pending > 0 || this.#closed) return;
    this.#blocked = false;
    this.user.drained(this.#loop.now());
    this.#loop.settle();
  }

  #fail(): void {
    if (this.#closed) return;
    const { user } = this;
    this.#closed = true;
    user.failed({ code: 'ECONNRESET' }, this.#loop.now());
    this.#leave();
    this.#loop.settle();
  }

  #leave(): void {
    this.#closed = true;
    this.user = NOBODY;
    this.#feed.drop();
  }
}
