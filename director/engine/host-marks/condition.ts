import type { MarkMatch } from '../marks.ts';
import { intersectAll, subtractAll, TooManyRegions } from './region.ts';
import type { Region } from './region.ts';

/** One term of a rule's condition: any of these, or none of them. */
export interface Literal {
  readonly any: readonly MarkMatch[];
  readonly isNegated: boolean;
}

/** Every packet of a family. */
export const anyNetwork = { 4: '0.0.0.0/0', 6: '::/0' } as const;

/** All terms together; a string says why they cannot be expressed. */
export function conditionOf(literals: readonly Literal[], obstacle?: string): readonly Region[] | string {
  try {
    const known = literals.reduce<Region[]>(
      (left, { any, isNegated }) => {
        const regions = any.map((match): Region => ({ match, except: [] }));
        return isNegated ? subtractAll(left, regions) : intersectAll(left, regions);
      },
      [{ match: {}, except: [] }],
    );
    // What cannot be expressed is of no interest where the rest leaves no packet.
    return obstacle !== undefined && known.length > 0 ? obstacle : known;
  } catch (error) {
    if (error instanceof TooManyRegions) return error.message;
    throw error;
  }
}

/** In CIDR notation, also from `10.0.0.0/255.0.0.0`; undefined for masks with holes. */
export function networkText(text: string): string | undefined {
  const [host = '', mask] = text.split('/');
  if (mask === undefined || !/[.:]/.test(mask)) return text;
  if (!mask.includes('.')) return undefined;
  const bits = mask.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const length = bits.toString(2).padStart(32, '0').replace(/0*$/, '');
  return /^1*$/.test(length) ? `${host}/${length.length}` : undefined;
}
