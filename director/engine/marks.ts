import { parseAddress } from './address.ts';
import type { Address } from './address.ts';
import type { Flow } from './ipvs/flow.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from './packet/packet.ts';

/** What packets must have; all that is not there may be anything. */
export interface MarkMatch {
  readonly protocol?: 'TCP' | 'UDP';
  /** Address or network in CIDR notation. */
  readonly source?: string;
  readonly destination?: string;
  /** Inclusive; `destination port`. */
  readonly ports?: { readonly from: number; readonly to: number };
  readonly interface?: string;
}

/** Packets that get a firewall mark on their way in, as `iptables -t mangle -A PREROUTING … -j MARK` gives it. */
export interface MarkRule extends MarkMatch {
  /** 0–2^32-1; 0 takes a mark away. */
  readonly mark: number;
  /** The bits that change, as in `--set-mark VALUE/MASK`; all when it is not there. */
  readonly mask?: number;
  /** Packets that fit one of these are left alone. */
  readonly except?: readonly MarkMatch[];
}

/** An address with so many of its leading bits. */
export interface Network {
  readonly address: Address;
  readonly prefixLength: number;
  /** Four words, like an address. */
  readonly mask: Uint32Array;
}

/** A match in the form in which packets are compared with it. */
export interface CompiledMatch {
  /** 0 = TCP and UDP. */
  readonly protocol: number;
  readonly source: Network | undefined;
  readonly destination: Network | undefined;
  readonly from: number;
  readonly to: number;
  readonly interface: string | undefined;
}

export interface CompiledMarkRule extends CompiledMatch {
  readonly mark: number;
  readonly mask: number;
  readonly except: readonly CompiledMatch[];
}

/** All bits of a mark. */
export const ALL_BITS = 0xffff_ffff;

/** Networks that are none are told with the rule's number from 0. */
export function compileMarkRules(rules: readonly MarkRule[]): { compiled: CompiledMarkRule[]; problems: string[] } {
  const problems: string[] = [];
  const compiled = rules.flatMap((rule, index): CompiledMarkRule[] => {
    const { mark, mask = ALL_BITS, except = [] } = rule;
    const match = compileMatch(rule);
    const exceptions = except.flatMap((one) => compileMatch(one) ?? []);
    if (match !== undefined && exceptions.length === except.length)
      return [{ mark, mask, ...match, except: exceptions }];
    problems.push(`Mark rule ${index} for mark ${mark} names a network that is none; it has no effect`);
    return [];
  });
  return { compiled, problems };
}

function compileMatch({ protocol, ports, interface: face, ...ends }: MarkMatch): CompiledMatch | undefined {
  const [source, destination] = [ends.source, ends.destination].map((text) =>
    text === undefined ? undefined : parseNetwork(text),
  );
  if ((ends.source !== undefined && !source) || (ends.destination !== undefined && !destination)) return undefined;
  return {
    protocol: protocol === undefined ? 0 : protocol === 'TCP' ? PROTOCOL_TCP : PROTOCOL_UDP,
    source,
    destination,
    from: ports?.from ?? 0,
    to: ports?.to ?? 65535,
    interface: face,
  };
}

/** An address, or a network in CIDR notation; undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const [host = '', length, ...rest] = text.split('/');
  const address = parseAddress(host);
  if (address === undefined || rest.length > 0 || (length !== undefined && !/^\d+$/.test(length))) return undefined;
  const bits = address.family === 4 ? 32 : 128;
  const prefixLength = length === undefined ? bits : Number(length);
  if (prefixLength > bits) return undefined;
  return { address, prefixLength, mask: maskOf(prefixLength + 128 - bits) };
}

/** The first `length` of 128 bits. */
function maskOf(length: number): Uint32Array {
  return Uint32Array.from({ length: 4 }, (_, word) => {
    const bits = Math.min(Math.max(length - word * 32, 0), 32);
    return bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
  });
}

/** What the rules look at. */
type MarkedFlow = Pick<Flow, 'family' | 'protocol' | 'addresses' | 'destinationPort'>;

/**
 * The mark that a packet which came in by `interfaceName` gets: 0, changed by every rule that fits, in their order. Rules say
 * nothing about packets that are neither TCP nor UDP.
 */
export function markOf(rules: readonly CompiledMarkRule[], packet: MarkedFlow, interfaceName: string): number {
  if (packet.protocol !== PROTOCOL_TCP && packet.protocol !== PROTOCOL_UDP) return 0;
  let mark = 0;
  // The bits that a later rule has settled already.
  let settled = 0;
  for (let index = rules.length - 1; index >= 0 && settled !== -1; index--) {
    const rule = rules[index];
    if (rule === undefined || !fits(rule, packet, interfaceName)) continue;
    if (rule.except.length > 0 && rule.except.some((one) => fits(one, packet, interfaceName))) continue;
    mark |= rule.mark & rule.mask & ~settled;
    settled |= rule.mask;
  }
  return mark >>> 0;
}

function fits(rule: CompiledMatch, packet: MarkedFlow, interfaceName: string): boolean {
  if (rule.protocol !== 0 && rule.protocol !== packet.protocol) return false;
  if (packet.destinationPort < rule.from || packet.destinationPort > rule.to) return false;
  if (rule.interface !== undefined && rule.interface !== interfaceName) return false;
  return isIn(rule.source, packet, 0) && isIn(rule.destination, packet, 4);
}

function isIn(network: Network | undefined, { family, addresses }: MarkedFlow, at: number): boolean {
  if (network === undefined) return true;
  if (network.address.family !== family) return false;
  const { mask } = network;
  const { words } = network.address;
  for (let word = 0; word < 4; word++)
    if ((((addresses[at + word] ?? 0) ^ (words[word] ?? 0)) & (mask[word] ?? 0)) !== 0) return false;
  return true;
}
