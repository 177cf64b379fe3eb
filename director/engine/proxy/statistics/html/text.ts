const entities: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
};

/** Text that is no markup. */
export const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);

/** A whole number whose thousands are told apart by their style, so that it may be copied. */
export function grouped(value: string | number | undefined): string {
  const digits = String(value ?? 0);
  let text = '';
  for (let at = 0; at < digits.length; at++) {
    const left = digits.length - at - 1;
    text += left > 0 && left % 3 === 0 ? `<span class="rls">${digits.charAt(at)}</span>` : digits.charAt(at);
  }
  return text;
}

/** What a limit of 0, or none, is shown as. */
export const limited = (value: string | number | undefined, otherwise: string): string =>
  value === undefined || value === 0 ? otherwise : grouped(value);

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const;

/** Seconds as their two largest units; `?` for a time that there is none of. */
export function humanTime(value: string | number | undefined): string {
  let rest = Number(value ?? 0);
  if (rest < 0) return '?';
  const parts: string[] = [];
  for (const [letter, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count}${letter}`);
  }
  if (parts.length === 0 || (rest > 0 && parts.length < 2)) parts.push(`${rest}s`);
  return parts.join('');
}

/** `0d 1h02m03s` */
export function upTime(seconds: number): string {
  const part = (size: number, modulus: number): number => Math.floor(seconds / size) % modulus;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 86_400)}d ${part(3600, 24)}h${two(part(60, 60))}m${two(seconds % 60)}s`;
}

export const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.floor((100 * part) / whole));

/** A row of a tip's table. */
export const tip = (name: string, value: string, more = ''): string =>
  `<tr><th>${name}</th><td>${value}</td>${more}</tr>`;
export const share = (part: number, whole: number): string => `<td>(${percent(part, whole)}%)</td>`;
export const tipTable = (rows: string): string => `<div class=tips><table class=det>${rows}</table></div>`;
