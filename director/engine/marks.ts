import { parseAddress } from './address.ts';
import type { Address } from './address.ts';
import type { Packet } from './packet/packet.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from './packet/packet.ts';

/** Packets that get a firewall mark on their way in, as `iptables -t mangle -A PREROUTING … -j MARK` gives it. */
export interface MarkRule {
  /** 1–2^32-1. */
  readonly mark: number;
  readonly protocol?: 'TCP' | 'UDP';
  /** Address or network in CIDR notation. */
  readonly source?: string;
  readonly destination?: string;
  /** Inclusive; `destination port`. */
  readonly ports?: { readonly from: number; readonly to: number };
  readonly interface?: string;
}

/** An address with so many of its leading bits. */
export interface Network {
  readonly address: Address;
  readonly prefixLength: number;
  /** Four words, like an address. */
  readonly mask: Uint32Array;
}

/** A rule in the form in which packets are compared with it. */
export interface CompiledMarkRule {
  readonly mark: number;
  /** 0 = TCP and UDP. */
  readonly protocol: number;
  readonly source: Network | undefined;
  readonly destination: Network | undefined;
  readonly from: number;
  readonly to: number;
  readonly interface: string | undefined;
}

/** Networks that are none are told with the rule's number from 0. */
export function compileMarkRules(rules: readonly MarkRule[]): { compiled: CompiledMarkRule[]; problems: string[] } {
  const problems: string[] = [];
  const compiled = rules.flatMap((rule, index) => {
    const networks = [rule.source, rule.destination].map((text) =>
      text === undefined ? undefined : parseNetwork(text),
    );
    const isBad = [rule.source, rule.destination].some((text, at) => text !== undefined && networks[at] === undefined);
    if (isBad) {
      problems.push(`Mark rule ${index} for mark ${rule.mark} names a network that is none; it has no effect`);
      return [];
    }
    const protocol = rule.protocol === undefined ? 0 : rule.protocol === 'TCP' ? PROTOCOL_TCP : PROTOCOL_UDP;
    return [
      {
        mark: rule.mark,
        protocol,
        source: networks[0],
        destination: networks[1],
        from: rule.ports?.from ?? 0,
        to: rule.ports?.to ?? 65535,
        interface: rule.interface,
      },
    ];
  });
  return { compiled, problems };
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

/**
 * The mark that a packet which came in by `interfaceName` gets: that of the last rule that fits, 0 when none does. Rules say
 * nothing about packets that are neither TCP nor UDP.
 */
export function markOf(rules: readonly CompiledMarkRule[], packet: Packet, interfaceName: string): number {
  if (packet.protocol !== PROTOCOL_TCP && packet.protocol !== PROTOCOL_UDP) return 0;
  for (let index = rules.length - 1; index >= 0; index--) {
    const rule = rules[index];
    if (rule !== undefined && fits(rule, packet, interfaceName)) return rule.mark;
  }
  return 0;
}

function fits(rule: CompiledMarkRule, packet: Packet, interfaceName: string): boolean {
  if (rule.protocol !== 0 && rule.protocol !== packet.protocol) return false;
  if (packet.destinationPort < rule.from || packet.destinationPort > rule.to) return false;
  if (rule.interface !== undefined && rule.interface !== interfaceName) return false;
  return isIn(rule.source, packet, 0) && isIn(rule.destination, packet, 4);
}

function isIn(network: Network | undefined, { family, addresses }: Packet, at: number): boolean {
  if (network === undefined) return true;
  if (network.address.family !== family) return false;
  const { mask } = network;
  const { words } = network.address;
  for (let word = 0; word < 4; word++)
    if ((((addresses[at + word] ?? 0) ^ (words[word] ?? 0)) & (mask[word] ?? 0)) !== 0) return false;
  return true;
}
