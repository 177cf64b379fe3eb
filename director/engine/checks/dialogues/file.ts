import type { FileCheckConfiguration } from '../configuration.ts';
import type { CheckResult } from '../result.ts';

/** keepalived's IPVS_WEIGHT_LIMIT: what is below its negative is a failure. */
const largestWeight = 0x7fff_ffff;

/**
 * keepalived's FILE_CHECK (check_file.c, track_file.c of 2.2.7): the number in a tracked file times the weight is added to the server's; with
 * weight 0 a number other than 0 is a failure, or 0 is when `reverse`. `content` undefined: there is no file, which counts as 0.
 */
export function judgeFile({ path, weight, reverse }: FileCheckConfiguration, content: string | undefined): CheckResult {
  const number = numberIn(content ?? '');
  const seen = `${path} ${content === undefined ? 'is not there, which counts as 0' : `says ${number}`}`;
  if (Math.abs(number) > 0x8000_0000) return { ok: true, reason: `${seen}, which is too large and left out` };
  if (weight === 0) {
    const ok = (number === 0) !== reverse;
    return ok ? { ok, reason: seen, weight: { type: 'configured' } } : { ok, reason: seen };
  }
  const amount = Math.min(number * weight * (reverse ? -1 : 1), largestWeight);
  if (amount < -largestWeight) return { ok: false, reason: `${seen}, which takes more than all weight` };
  return { ok: true, reason: seen, weight: { type: 'add', amount: amount === 0 ? 0 : amount } };
}

/** As strtol(3) reads it, with the base that the number itself tells; 0 for anything else. */
function numberIn(text: string): number {
  const [, sign, digits = '0'] = /^\s*([+-]?)(0x[\da-f]+|0[0-7]*|[1-9]\d*)/i.exec(text) ?? [];
  const octal = /^0\d/.test(digits);
  const value = octal ? parseInt(digits, 8) : Number(digits);
  return sign === '-' ? 0 - value : value;
}
