import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Calls `onLine` with each line of a program's output. Errors of the stream end it; the channel's exit tells why. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  stream.on('error', () => undefined);
  createInterface({ input: stream }).on('line', onLine);
}
