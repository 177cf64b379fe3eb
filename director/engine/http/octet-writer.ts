import { CR, LF, SPACE } from './octets.ts';
import { copyLower, copyOctets, viewOf } from './scan.ts';

const COLON = 0x3a;

/** Octets put one after another into a buffer with enough room; who uses it has looked. */
export class OctetWriter {
  at = 0;
  private into: Uint8Array = new Uint8Array(0);
  private view: DataView = viewOf(this.into);

  begin(into: Uint8Array, at: number): void {
    if (into !== this.into) {
      this.into = into;
      this.view = viewOf(into);
    }
    this.at = at;
  }

  octet(octet: number): void {
    this.into[this.at++] = octet;
  }

  octets(octets: Uint8Array): void {
    const { into } = this;
    let at = this.at;
    for (let index = 0; index < octets.length; index++) into[at++] = octets[index] as number;
    this.at = at;
  }

  copy(source: DataView, from: number, to: number): void {
    this.at = copyOctets(source, from, to, this.view, this.at);
  }

  /** Octets below 128. */
  copyLower(source: DataView, from: number, to: number): void {
    this.at = copyLower(source, from, to, this.view, this.at);
  }

  colon(): void {
    const { into, at } = this;
    into[at] = COLON;
    into[at + 1] = SPACE;
    this.at = at + 2;
  }

  line(): void {
    const { into, at } = this;
    into[at] = CR;
    into[at + 1] = LF;
    this.at = at + 2;
  }

  /** A whole number of at least 0. */
  decimal(value: number): void {
    let digits = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
    let rest = value;
    for (let place = digits - 1; place >= 0; place--) {
      this.into[this.at + place] = 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.at += digits;
  }

  /** A whole number of at least 0, in hexadecimal digits. */
  hexadecimal(value: number): void {
    let digits = 1;
    for (let rest = value; rest >= 16; rest = Math.floor(rest / 16)) digits++;
    let rest = value;
    for (let place = digits - 1; place >= 0; place--) {
      const digit = rest % 16;
      this.into[this.at + place] = digit < 10 ? 0x30 + digit : 0x57 + digit;
      rest = Math.floor(rest / 16);
    }
    this.at += digits;
  }
}
