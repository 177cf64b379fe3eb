import { BLANK, CLASSES, COMMA } from './octets.ts';

/** Walks the elements of a comma-separated value without quoted strings (RFC 9110 section 5.6.1); empty ones are skipped. */
export class ElementList {
  /** Where the element lies that `next` has found. */
  from = 0;
  to = 0;
  /** Empty elements before it, and after it when it is the last. */
  empty = 0;
  private at = 0;
  private end = 0;
  private buffer: Uint8Array = new Uint8Array(0);

  begin(buffer: Uint8Array, from: number, to: number): void {
    this.buffer = buffer;
    this.at = from;
    this.end = to;
    this.empty = 0;
  }

  next(): boolean {
    const { buffer, end } = this;
    this.empty = 0;
    while (this.at < end) {
      let from = this.at;
      while (from < end && ((CLASSES[buffer[from] as number] as number) & BLANK) !== 0) from++;
      let comma = from;
      while (comma < end && buffer[comma] !== COMMA) comma++;
      let to = comma;
      while (to > from && ((CLASSES[buffer[to - 1] as number] as number) & BLANK) !== 0) to--;
      this.at = comma + 1;
      if (to > from) {
        this.from = from;
        this.to = to;
        return true;
      }
      this.empty++;
    }
    return false;
  }
}
