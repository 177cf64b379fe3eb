import type { VirtualAddress } from '../../engine/vrrp/configuration.ts';
import type { Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { integerWord, ipv4Word } from '../values.ts';

/** `ADDRESS[/PREFIX] [dev INTERFACE]`; without a prefix keepalived adds the address as a /32. */
export function readVirtualAddress(
  reader: Reader,
  { keyword, parameters, block }: Statement,
  defaultInterface: string,
): VirtualAddress | undefined {
  if (block) reader.error(keyword, `an address has no block`);
  const [text = '', prefix] = keyword.text.split('/');
  const address = ipv4Word(reader, { ...keyword, text });
  const prefixLength =
    prefix === undefined ? 32 : integerWord(reader, { ...keyword, text: prefix }, { min: 1, max: 32 });
  const device = readDevice(reader, parameters) ?? defaultInterface;
  if (address === undefined || prefixLength === undefined) return undefined;
  return { address, prefixLength, interface: device };
}

function readDevice(reader: Reader, parameters: readonly Word[]): string | undefined {
  const [option, value, excess] = parameters;
  if (!option) return undefined;
  if (option.text !== 'dev' || !value || excess) {
    const wrong = option.text === 'dev' ? (excess ?? option) : option;
    reader.error(wrong, `"${wrong.text}" is not understood after an address`, { expected: 'dev INTERFACE' });
    return undefined;
  }
  return value.text;
}
