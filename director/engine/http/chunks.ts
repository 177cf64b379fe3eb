import type { FieldName } from './field-name.ts';
import { fieldName } from './field-name.ts';
import type { FieldSection } from './fields.ts';
import { OctetWriter } from './octet-writer.ts';
import { fromLatin1 } from './octets.ts';

/** What ends a chunk's data. */
export const CHUNK_END: Uint8Array = fromLatin1('\r\n');
/** Octets that the line before a chunk may take: 14 digits and the line's end. */
export const CHUNK_LINE_ROOM = 16;

const LAST_CHUNK = fromLatin1('0\r\n');
const writer = new OctetWriter();

/** Writes the line before a chunk of `length` octets, at least one of them. Answers where it ends; -1 without room. */
export function writeChunkLine(into: Uint8Array, at: number, length: number): number {
  if (into.length - at < CHUNK_LINE_ROOM) return -1;
  writer.begin(into, at);
  writer.hexadecimal(length);
  writer.line();
  return writer.at;
}

/** Fields that a trailer section cannot change any more (RFC 9110 section 6.5.1): framing, routing, credentials, how to read it. */
const FORBIDDEN: readonly FieldName[] = [
  ...[
    'transfer-encoding',
    'content-length',
    'connection',
    'keep-alive',
    'proxy-connection',
    'te',
    'trailer',
    'upgrade',
  ],
  ...[
    'host',
    'expect',
    'max-forwards',
    'range',
    'if-match',
    'if-none-match',
    'if-modified-since',
    'if-unmodified-since',
  ],
  ...[
    'if-range',
    'authorization',
    'proxy-authorization',
    'proxy-authenticate',
    'www-authenticate',
    'cookie',
    'set-cookie',
  ],
  ...['age', 'cache-control', 'expires', 'date', 'location', 'retry-after', 'vary', 'warning', 'pragma'],
  ...['content-encoding', 'content-type', 'content-range', 'http2-settings', 'x-forwarded-for', 'forwarded'],
].flatMap((text) => fieldName(text) ?? []);

/** Octets that `writeLastChunk` may take. */
export function lastChunkRoom(trailers: FieldSection): number {
  return trailers.understood + trailers.count * 4 + 8;
}

/** Writes the end of a chunked body, with those of its trailers that may be in one. Answers where it ends; -1 without room. */
export function writeLastChunk(into: Uint8Array, at: number, trailers: FieldSection | undefined): number {
  const room = trailers === undefined ? 5 : lastChunkRoom(trailers);
  if (into.length - at < room) return -1;
  writer.begin(into, at);
  writer.octets(LAST_CHUNK);
  if (trailers !== undefined) for (let index = 0; index < trailers.count; index++) writeTrailer(trailers, index);
  writer.line();
  return writer.at;
}

function writeTrailer(trailers: FieldSection, index: number): void {
  if (FORBIDDEN.some((name) => trailers.isNamed(index, name))) return;
  writer.copyLower(trailers.view, trailers.nameFromOf(index), trailers.nameToOf(index));
  writer.colon();
  writer.copy(trailers.view, trailers.valueFromOf(index), trailers.valueToOf(index));
  writer.line();
}
