export const IPV6_HEADER = 40;
export const FRAGMENT_HEADER = 44;
const HOP_BY_HOP = 0;
const ROUTING = 43;
const AUTHENTICATION = 51;
const NO_NEXT_HEADER = 59;
const DESTINATION_OPTIONS = 60;

/** Where the headers of an IPv6 packet end, and what follows them. One object is used again and again. */
export class Ipv6Headers {
  /** The first protocol that is no extension header. */
  protocol = 0;
  /** Offset of what follows the headers; behind a fragment header with an offset, of the fragment's data. */
  transport = 0;
  /** Offset of the fragment header, 0 = none. */
  fragmentHeader = 0;
  /** In units of 8 bytes. */
  fragmentOffset = 0;
  hasMoreFragments = false;

  /**
   * Walks the extension headers between `ip` and `end`, as ipv6_find_hdr does for the last one (net/ipv6/exthdrs_core.c).
   * False when they are cut off, or end in something that cannot be told.
   */
  read(view: DataView, ip: number, end: number): boolean {
    let next = view.getUint8(ip + 6);
    let at = ip + IPV6_HEADER;
    this.fragmentHeader = 0;
    this.fragmentOffset = 0;
    this.hasMoreFragments = false;
    while (isExtensionHeader(next)) {
      if (at + 8 > end) return false;
      const header = next;
      next = view.getUint8(at);
      if (header === FRAGMENT_HEADER) {
        const word = view.getUint16(at + 2);
        this.fragmentHeader = at;
        this.fragmentOffset = word >>> 3;
        this.hasMoreFragments = (word & 1) !== 0;
        at += 8;
        // What follows is the middle of something: the header says of what, as long as it is no extension header.
        if (this.fragmentOffset !== 0 && isExtensionHeader(next)) return false;
        if (this.fragmentOffset !== 0) break;
        continue;
      }
      at += header === AUTHENTICATION ? (view.getUint8(at + 1) + 2) * 4 : (view.getUint8(at + 1) + 1) * 8;
    }
    if (next === NO_NEXT_HEADER || at > end) return false;
    this.protocol = next;
    this.transport = at;
    return true;
  }
}

function isExtensionHeader(value: number): boolean {
  return (
    value === HOP_BY_HOP ||
    value === ROUTING ||
    value === FRAGMENT_HEADER ||
    value === AUTHENTICATION ||
    value === DESTINATION_OPTIONS
  );
}
