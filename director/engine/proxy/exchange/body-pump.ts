import { BodyReader } from '../../http/body-reader.ts';
import { CHUNK_END, CHUNK_LINE_ROOM, lastChunkRoom, writeChunkLine, writeLastChunk } from '../../http/chunks.ts';
import type { Framing } from '../../http/framing.ts';
import type { HeadLimits } from '../../http/limits.ts';
import { type Inbox, type Outbox, OUTBOX_ENOUGH } from '../wire.ts';

/** `more`: the inbox is used up; `full`: the other side has to take some first; `end`, `refused`: of the body. */
export type PumpState = 'more' | 'full' | 'end' | 'refused';

/** Moves a message's body from one wire to the other, taking its chunks apart and making them anew. */
export class BodyPump {
  readonly reader: BodyReader;
  #chunked = false;

  constructor(limits: HeadLimits) {
    this.reader = new BodyReader(limits);
  }

  /** `chunked`: how the body is to be sent on; else its data alone. `at`: where it begins in the inbox. */
  begin(framing: Framing, length: number, at: number, chunked: boolean): void {
    this.reader.begin(framing, length, at);
    this.#chunked = chunked;
  }

  run(inbox: Inbox, outbox: Outbox): PumpState {
    const { reader } = this;
    for (;;) {
      if (outbox.pending >= OUTBOX_ENOUGH) return 'full';
      const event = reader.next(inbox.buffer, inbox.to);
      if (event === 'data') this.#data(inbox.buffer, outbox);
      inbox.from = reader.keptFrom;
      if (event === 'end') this.#end(outbox);
      if (event === 'end' || event === 'refused') return event;
      if (event === 'more') return inbox.ended ? this.#close(outbox) : 'more';
    }
  }

  #close(outbox: Outbox): PumpState {
    if (this.reader.close() !== 'end') return 'refused';
    this.#end(outbox);
    return 'end';
  }

  #data(buffer: Uint8Array, outbox: Outbox): void {
    const { from, to } = this.reader;
    if (this.#chunked) {
      const room = outbox.reserve(CHUNK_LINE_ROOM);
      outbox.commit(writeChunkLine(room.buffer, room.at, to - from) - room.at);
    }
    outbox.write(buffer, from, to);
    if (this.#chunked) outbox.write(CHUNK_END, 0, CHUNK_END.length);
  }

  #end(outbox: Outbox): void {
    if (!this.#chunked) return;
    const { trailers } = this.reader;
    const room = outbox.reserve(lastChunkRoom(trailers));
    outbox.commit(writeLastChunk(room.buffer, room.at, trailers) - room.at);
  }
}

/** Moves octets as they are. */
export function pumpOctets(inbox: Inbox, outbox: Outbox): 'more' | 'full' | 'end' {
  if (outbox.pending >= OUTBOX_ENOUGH) return 'full';
  if (inbox.from < inbox.to) outbox.write(inbox.buffer, inbox.from, inbox.to);
  inbox.from = inbox.to;
  return inbox.ended ? 'end' : 'more';
}
