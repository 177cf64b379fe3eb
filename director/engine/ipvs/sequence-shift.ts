/** Options that end or pad a TCP header, and SACK blocks (RFC 9293 section 3.2, RFC 2018). */
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const SACK = 5;

/**
 * By how much the sequence numbers of one direction differ since a payload got longer or shorter (struct ip_vs_seq). Before
 * `position` the earlier difference holds.
 */
export class SequenceShift {
  private position = 0;
  private shift = 0;
  private earlier = 0;

  get isActive(): boolean {
    return this.shift !== 0 || this.earlier !== 0;
  }

  /** The segment that begins at `sequence` (as its sender numbers it) changed by `difference` bytes. */
  change(sequence: number, difference: number): void {
    // A segment that comes again was counted when it came first.
    if (difference === 0 || (this.isActive && !isAfter(sequence, this.position))) return;
    this.position = sequence;
    this.earlier = this.shift;
    this.shift += difference;
  }

  /** A sequence number on its way to the receiver. */
  sequence(number: number): number {
    return (number + (isAfter(number, this.position) ? this.shift : this.earlier)) >>> 0;
  }

  /** An acknowledgement on its way to the sender. */
  acknowledgement(number: number): number {
    const isLater = isAfter(number, (this.position + this.shift) >>> 0);
    return (number - (isLater ? this.shift : this.earlier)) >>> 0;
  }

  /** Shifts the acknowledgement and SACK blocks of a TCP header back. `at`: where the header begins. */
  restore(view: DataView, at: number): void {
    view.setUint32(at + 8, this.acknowledgement(view.getUint32(at + 8)));
    const end = at + (view.getUint8(at + 12) >> 4) * 4;
    let option = at + 20;
    while (option + 1 < end) {
      const kind = view.getUint8(option);
      if (kind === END_OF_OPTIONS) return;
      const length = kind === NO_OPERATION ? 1 : view.getUint8(option + 1);
      if (length === 0 || option + length > end) return;
      if (kind === SACK)
        for (let edge = option + 2; edge + 4 <= option + length; edge += 4)
          view.setUint32(edge, this.acknowledgement(view.getUint32(edge)));
      option += length;
    }
  }
}

/** Sequence numbers go round. */
function isAfter(left: number, right: number): boolean {
  return ((left - right) | 0) > 0;
}
