import { toBytes } from '../../engine/address.ts';
import type { Family } from '../../engine/address.ts';
import { ALL_BITS } from '../../engine/marks.ts';
import type { CompiledMarkRule, CompiledMatch, Network } from '../../engine/marks.ts';
import {
  bitmask,
  changeBits,
  compare,
  FIRST_REGISTER,
  immediate,
  jumpTo,
  leaveChain,
  meta,
  native32,
  payload,
  setMark,
} from './nft/expressions.ts';
import type { Expression } from './nft/expressions.ts';
import { families, layout } from './rules.ts';
import type { Rule } from './rules.ts';

const REGISTER = FIRST_REGISTER;
const INTERFACE_NAME = 16;

/**
 * Marks set in the kernel too, in the order of the rules, so that the ones that the plane sees and the ones that the kernel's
 * rules and routes see are the same.
 */
export function markRules(rules: readonly CompiledMarkRule[]): Rule[] {
  return rules.flatMap((rule, index) =>
    familiesOf(rule).flatMap((family) => {
      const inbound = `inbound${family}`;
      const change = markWith(rule);
      if (rule.except.length === 0) return eachProtocol(rule, family, inbound, change);
      // A chain that packets leave early when they are an exception.
      const chain = `mark${family}_${String(index)}`;
      const exceptions = rule.except.filter((one) => familiesOf(one).includes(family));
      return [
        ...exceptions.flatMap((one) => eachProtocol(one, family, chain, [leaveChain])),
        [chain, ...change] as Rule,
        ...eachProtocol(rule, family, inbound, [jumpTo(chain)]),
      ];
    }),
  );
}

function familiesOf({ source, destination }: CompiledMatch): Family[] {
  return families.filter((family) => [source, destination].every((one) => !one || one.address.family === family));
}

function eachProtocol(match: CompiledMatch, family: Family, chain: string, then: readonly Expression[]): Rule[] {
  const protocols = match.protocol === 0 ? [6, 17] : [match.protocol];
  return protocols.map((protocol): Rule => [chain, ...matchesOf(match, family, protocol), ...then]);
}

function matchesOf(rule: CompiledMatch, family: Family, protocol: number): Expression[] {
  const name = new Uint8Array(INTERFACE_NAME);
  name.set(new TextEncoder().encode(rule.interface ?? ''));
  const port = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255);
  return [
    meta('transportProtocol', REGISTER),
    compare(REGISTER, 'equal', Uint8Array.of(protocol)),
    ...(rule.interface === undefined ? [] : [meta('inputInterfaceName', REGISTER), compare(REGISTER, 'equal', name)]),
    ...networkOf(rule.source, family, 'source'),
    ...networkOf(rule.destination, family, 'destination'),
    payload('transport', 2, 2, REGISTER),
    compare(REGISTER, 'greaterOrEqual', port(rule.from)),
    compare(REGISTER, 'lessOrEqual', port(rule.to)),
  ];
}

function networkOf(network: Network | undefined, family: Family, end: 'source' | 'destination'): Expression[] {
  if (network === undefined) return [];
  const mask = toBytes({ family, words: network.mask });
  const host = toBytes(network.address);
  return [
    payload('network', layout[family][end], layout[family].length, REGISTER),
    bitmask(REGISTER, mask),
    compare(
      REGISTER,
      'equal',
      host.map((byte, index) => byte & (mask[index] ?? 0)),
    ),
  ];
}

function markWith({ mark, mask }: CompiledMarkRule): Expression[] {
  if (mask === ALL_BITS) return [immediate(REGISTER, native32(mark)), setMark(REGISTER)];
  return [meta('mark', REGISTER), changeBits(REGISTER, native32(~mask), native32(mark & mask)), setMark(REGISTER)];
}
