import { addressText, networkSize, overlap, parseCidr } from '../ipv4.ts';

/** Private addresses (RFC 1918), those first that a home or a laboratory would take. */
const privateRanges = ['192.168.0.0/16', '172.16.0.0/12', '10.0.0.0/8'];
/** What VirtualBox, libvirt and Docker take for themselves as soon as they are used, whether they are now or not. */
const othersDefaults = ['192.168.56.0/21', '192.168.122.0/24', '172.17.0.0/16'];

/**
 * The next free private network of the same length after this one, in its own range first; undefined when everything is taken.
 * @param taken CIDRs of the host's addresses and routes, of the testbed's networks, and of what it knows outside
 */
export function freeNetwork(cidr: string, taken: readonly string[]): string | undefined {
  const { base, prefixLength } = parseCidr(cidr);
  const isFree = (candidate: string): boolean =>
    ![cidr, ...taken, ...othersDefaults].some((other) => overlap(other, candidate));
  const own = privateRanges.filter((range) => overlap(range, cidr));
  for (const range of [...own, ...privateRanges.filter((other) => !own.includes(other))]) {
    for (const candidate of networksIn(range, prefixLength, base)) if (isFree(candidate)) return candidate;
  }
  return undefined;
}

/** Those of a range, beginning after `from` where that lies in it, and coming round to its start. */
function* networksIn(range: string, prefixLength: number, from: number): Generator<string> {
  const whole = parseCidr(range);
  const size = networkSize({ base: 0, prefixLength });
  const count = Math.floor(networkSize(whole) / size);
  const distance = Math.floor((from - whole.base) / size);
  const first = distance >= 0 && distance < count ? distance + 1 : 0;
  for (let index = 0; index < count; index += 1)
    yield `${addressText(whole.base + ((first + index) % count) * size)}/${String(prefixLength)}`;
}
