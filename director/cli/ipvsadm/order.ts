import type { RealServerSnapshot, VirtualServiceSnapshot } from '../../api/snapshot.ts';
import { parseAddress } from '../../engine/address.ts';
import { mergeSort } from './merge-sort.ts';

interface Comparable {
  readonly family: 4 | 6;
  readonly words: Uint32Array;
  readonly port: number;
}

const protocolNumbers = { TCP: 6, UDP: 17, FWM: 6 } as const;

/** As ipvsadm lists services: by mark, family, protocol, address and port (libipvs.c, ipvs_cmp_services). */
export function sortServices(services: readonly VirtualServiceSnapshot[]): VirtualServiceSnapshot[] {
  return sortBy(services, (left, right) => {
    const byMark = difference(left.item.mark ?? 0, right.item.mark ?? 0);
    if (byMark !== 0) return byMark;
    const byFamily = left.family - right.family;
    if (byFamily !== 0) return byFamily;
    const byProtocol = protocolNumbers[left.item.protocol] - protocolNumbers[right.item.protocol];
    return byProtocol !== 0 ? byProtocol : compareEndpoints(left, right);
  });
}

/** As ipvsadm lists servers: by address, then port (libipvs.c, ipvs_cmp_dests). */
export function sortServers(servers: readonly RealServerSnapshot[]): RealServerSnapshot[] {
  return sortBy(byListOrder(servers), (left, right) => left.family - right.family || compareEndpoints(left, right));
}

/** In the kernel's list order. */
export function byListOrder(servers: readonly RealServerSnapshot[]): RealServerSnapshot[] {
  return [...servers].sort((left, right) => left.order - right.order);
}

function sortBy<Item extends { readonly address: string; readonly port: number }>(
  items: readonly Item[],
  compare: (left: Comparable & { readonly item: Item }, right: Comparable & { readonly item: Item }) => number,
): Item[] {
  const comparable = items.map((item) => {
    const { family, words } = parseAddress(item.address) ?? { family: 4 as const, words: new Uint32Array(4) };
    return { item, family, words, port: item.port };
  });
  return mergeSort(comparable, compare).map(({ item }) => item);
}

function compareEndpoints(left: Comparable, right: Comparable): number {
  for (const [index, word] of left.words.entries()) {
    const byWord = difference(word, right.words[index] ?? 0);
    if (byWord !== 0) return byWord;
  }
  return left.port - right.port;
}

/** Of two unsigned numbers as C's int, overflow included. */
function difference(left: number, right: number): number {
  return (left - right) | 0;
}
