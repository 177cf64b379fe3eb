import { toBytes } from '../../engine/address.ts';
import type { Family } from '../../engine/address.ts';
import type { CompiledMarkRule, Network } from '../../engine/marks.ts';
import { bitmask, compare, FIRST_REGISTER, immediate, meta, native32, payload, setMark } from './nft/expressions.ts';
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
  return rules.flatMap((rule) =>
    families
      .filter((family) => [rule.source, rule.destination].every((one) => !one || one.address.family === family))
      .flatMap((family) =>
        (rule.protocol === 0 ? [6, 17] : [rule.protocol]).map((protocol): Rule => [
          `inbound${family}`,
          ...matchesOf(rule, family, protocol),
          ...markWith(rule.mark),
        ]),
      ),
  );
}

function matchesOf(rule: CompiledMarkRule, family: Family, protocol: number): Expression[] {
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

function markWith(mark: number): Expression[] {
  return [immediate(REGISTER, native32(mark)), setMark(REGISTER)];
}
