import { addressNumber, addressText, networkSize } from '../ipv4.ts';
import type { Cidr } from '../ipv4.ts';

/** A network's old and new place; both prefixes have the same length. */
export interface Move {
  readonly from: Cidr;
  readonly to: Cidr;
}

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
/** An address, alone or in a text: not a part of a longer row of numbers, such as a version or a section. */
const forward = `(?<![\\w.])${octet}(?:\\.${octet}){3}(?![\\w]|\\.\\d|\\.in-addr)`;
/** The name of an address or of a network in the tree of reverse names (RFC 1035 section 3.5). */
const reverse = `(?<![\\w.-])(?:${octet}\\.){1,4}in-addr\\.arpa\\b`;
const pattern = new RegExp(`${reverse}|${forward}`, 'gi');

/** The text with every address and reverse name that lies in a moved network in its new place. */
export function movedText(text: string, moves: readonly Move[]): string {
  return text.replaceAll(pattern, (found) =>
    /in-addr\.arpa$/i.test(found) ? movedReverse(found, moves) : addressText(movedNumber(addressNumber(found), moves)),
  );
}

function movedNumber(number: number, moves: readonly Move[]): number {
  const move = moves.find(({ from }) => number >= from.base && number < from.base + networkSize(from));
  return move === undefined ? number : number - move.from.base + move.to.base;
}

/** A zone of fewer octets than the prefix has holds other networks, too, and stays. */
function movedReverse(name: string, moves: readonly Move[]): string {
  const octets = name.split('.').slice(0, -2).reverse();
  const number = addressNumber([...octets, '0', '0', '0'].slice(0, 4).join('.'));
  const fitting = moves.filter(({ from }) => from.prefixLength <= octets.length * 8);
  const to = addressText(movedNumber(number, fitting)).split('.').slice(0, octets.length);
  return [...to.reverse(), 'in-addr.arpa'].join('.');
}
