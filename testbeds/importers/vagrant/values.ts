import type { Found } from './model.ts';
import type { Value } from './syntax.ts';

/** Literals as values; undefined for one of another kind. */

export function stringIn(value: Value | undefined): string | undefined {
  return value?.kind === 'string' ? value.text : undefined;
}

/** Whole numbers, also as text: Vagrant takes both. */
export function numberIn(value: Value | undefined): number | undefined {
  if (value?.kind === 'number' && Number.isSafeInteger(value.number)) return value.number;
  return value?.kind === 'string' && /^\d{1,12}$/.test(value.text) ? Number(value.text) : undefined;
}

export function foundString(value: Value | undefined): Found<string> | undefined {
  const text = stringIn(value);
  return value === undefined || text === undefined
    ? undefined
    : { value: text, line: value.line, column: value.column };
}

export function foundNumber(value: Value | undefined): Found<number> | undefined {
  const number = numberIn(value);
  return value === undefined || number === undefined
    ? undefined
    : { value: number, line: value.line, column: value.column };
}

/** VBoxManage's twelve digits, or pairs with colons or hyphens, as pairs with colons; what is no MAC address stays as it is. */
export function foundMac(value: Value | undefined): Found<string> | undefined {
  const found = foundString(value);
  if (found === undefined) return undefined;
  const digits = found.value.replaceAll(/[:-]/g, '').toLowerCase();
  if (!/^[0-9a-f]{12}$/.test(digits)) return found;
  return { ...found, value: digits.replaceAll(/..(?=.)/g, '$&:') };
}
