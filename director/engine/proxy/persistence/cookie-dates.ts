const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Cookies count time in four seconds, as five digits of 64, the highest first. */
export function dateDigits(seconds: number): string {
  const value = Math.floor(seconds / 4) % 2 ** 30;
  let digits = '';
  for (let shift = 24; shift >= 0; shift -= 6) digits += DIGITS[(value >> shift) & 63] as string;
  return digits;
}

/** Seconds since 1970; 0 for what is no date. */
export function dateOf(digits: string): number {
  if (digits.length < 5) return 0;
  let value = 0;
  for (let at = 0; at < 5; at++) {
    const digit = DIGITS.indexOf(digits[at] as string);
    if (digit === -1) return 0;
    value = value * 64 + digit;
  }
  return value * 4;
}
