/** Dates of logs and converters. Times are milliseconds since 1970. */

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November'],
  'December',
] as const;

const DAY_MS = 86_400_000;

/** Days from the first of March of the year 0 to the first of January 1970, and in 400 years, in the Gregorian calendar. */
const DAYS_BEFORE_1970 = 719_468;
const DAYS_IN_ERA = 146_097;

interface Day {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly day: number;
}

/** The calendar's day so many days after the first of January 1970: counted in years that begin in March. */
function dayOf(days: number): Day {
  const shifted = days + DAYS_BEFORE_1970;
  const era = Math.floor(shifted / DAYS_IN_ERA);
  const inEra = shifted - era * DAYS_IN_ERA;
  const leaps = Math.floor(inEra / 1460) - Math.floor(inEra / 36_524) + Math.floor(inEra / 146_096);
  const yearInEra = Math.floor((inEra - leaps) / 365);
  const inYear = inEra - (365 * yearInEra + Math.floor(yearInEra / 4) - Math.floor(yearInEra / 100));
  const march = Math.floor((5 * inYear + 2) / 153);
  const month = (march + 2) % 12;
  const year = yearInEra + era * 400 + (month < 2 ? 1 : 0);
  return { year, month, day: inYear - Math.floor((153 * march + 2) / 5) + 1 };
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const MONTH_STARTS = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;

/** A date's parts, so many minutes east of Greenwich. */
class Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** Days since the first of January. */
  readonly yearDay: number;
  readonly offset: number;
  readonly seconds: number;

  constructor(ms: number, offset: number) {
    const moved = Math.floor(ms) + offset * 60_000;
    const days = Math.floor(moved / DAY_MS);
    const inDay = moved - days * DAY_MS;
    const { year, month, day } = dayOf(days);
    this.offset = offset;
    this.year = year;
    this.month = month;
    this.day = day;
    // The first of January 1970 was a Thursday.
    this.weekday = (((days + 4) % 7) + 7) % 7;
    this.hour = Math.floor(inDay / 3_600_000);
    this.minute = Math.floor(inDay / 60_000) % 60;
    this.second = Math.floor(inDay / 1000) % 60;
    this.millisecond = inDay % 1000;
    this.yearDay = (MONTH_STARTS[month] ?? 0) + day - 1 + (month > 1 && isLeap(year) ? 1 : 0);
    this.seconds = Math.floor(ms / 1000);
  }
}

const padded = (value: number, width = 2, fill = '0'): string => String(value).padStart(width, fill);

function zoneText({ offset }: Parts): string {
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${padded(Math.floor(minutes / 60))}${padded(minutes % 60)}`;
}

const hour12 = ({ hour }: Parts): number => hour % 12 || 12;
const dayName = ({ weekday }: Parts): string => DAYS[weekday] ?? '';
const monthName = ({ month }: Parts): string => MONTHS[month] ?? '';

/** ISO 8601: the week and the year to which it belongs, which is that of its Thursday. */
function isoWeek({ year, yearDay, weekday }: Parts): { readonly year: number; readonly week: number } {
  const thursday = yearDay - ((weekday + 6) % 7) + 3;
  const length = isLeap(year) ? 366 : 365;
  if (thursday >= length) return { year: year + 1, week: 1 };
  if (thursday >= 0) return { year, week: 1 + Math.floor(thursday / 7) };
  return { year: year - 1, week: 1 + Math.floor((thursday + (isLeap(year - 1) ? 366 : 365)) / 7) };
}

/** strftime(3) in the locale C. */
const conversions: Readonly<Record<string, (parts: Parts) => string>> = {
  a: (parts) => dayName(parts).slice(0, 3),
  A: dayName,
  b: (parts) => monthName(parts).slice(0, 3),
  B: monthName,
  c: (parts) => written('%a %b %e %H:%M:%S %Y', parts),
  C: ({ year }) => padded(Math.floor(year / 100)),
  d: ({ day }) => padded(day),
  D: (parts) => written('%m/%d/%y', parts),
  e: ({ day }) => padded(day, 2, ' '),
  F: (parts) => written('%Y-%m-%d', parts),
  g: (parts) => padded(isoWeek(parts).year % 100),
  G: (parts) => String(isoWeek(parts).year),
  h: (parts) => monthName(parts).slice(0, 3),
  H: ({ hour }) => padded(hour),
  I: (parts) => padded(hour12(parts)),
  j: ({ yearDay }) => padded(yearDay + 1, 3),
  k: ({ hour }) => padded(hour, 2, ' '),
  l: (parts) => padded(hour12(parts), 2, ' '),
  m: ({ month }) => padded(month + 1),
  M: ({ minute }) => padded(minute),
  n: () => '\n',
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  P: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
  r: (parts) => written('%I:%M:%S %p', parts),
  R: (parts) => written('%H:%M', parts),
  s: ({ seconds }) => String(seconds),
  S: ({ second }) => padded(second),
  t: () => '\t',
  T: (parts) => written('%H:%M:%S', parts),
  u: ({ weekday }) => String(weekday || 7),
  U: ({ yearDay, weekday }) => padded(Math.floor((yearDay + 7 - weekday) / 7)),
  V: (parts) => padded(isoWeek(parts).week),
  w: ({ weekday }) => String(weekday),
  W: ({ yearDay, weekday }) => padded(Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7)),
  x: (parts) => written('%m/%d/%y', parts),
  X: (parts) => written('%H:%M:%S', parts),
  y: ({ year }) => padded(year % 100),
  Y: ({ year }) => String(year),
  z: zoneText,
  Z: ({ offset }) => (offset === 0 ? 'UTC' : ''),
  '%': () => '%',
};

const written = (format: string, parts: Parts): string =>
  format.replaceAll(/%([\s\S])/g, (all, letter: string) => conversions[letter]?.(parts) ?? all);

/** strftime(3), so many minutes east of Greenwich. */
export function formatTime(format: string, ms: number, offset: number): string {
  return written(format, new Parts(ms, offset));
}

/** RFC 9110 section 5.6.7, with a fraction of the second where HAProxy has one. */
export const httpDate = (ms: number, fraction = ''): string => formatTime(`%a, %d %b %Y %T${fraction} GMT`, ms, 0);

/** `12/Dec/2012:12:12:12.012` */
export function logDate(ms: number, offset: number): string {
  const parts = new Parts(ms, offset);
  return `${written('%d/%b/%Y:%T', parts)}.${padded(parts.millisecond, 3)}`;
}

/** `12/Dec/2012:12:12:12 +0100`. */
export const clfDate = (ms: number, offset: number): string => formatTime('%d/%b/%Y:%T %z', ms, offset);
