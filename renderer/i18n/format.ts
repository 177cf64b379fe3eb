/** Numbers and times as the reader's language writes them. Durations are in milliseconds. */
export interface Formatter {
  readonly integer: (value: number) => string;
  /** One decimal where it says something: rates below 100. */
  readonly rate: (value: number) => string;
  /** 1234 → 1.2 k, for columns that must not jump. */
  readonly bytes: (value: number) => string;
  /** "412 ms", "3.42 s", "2 min 05 s". */
  readonly duration: (ms: number) => string;
  /** Whole seconds and coarser, for things that tick: "8 s", "3 min", "2 h 05 min". */
  readonly elapsed: (ms: number) => string;
  /** Time of day with milliseconds. */
  readonly clock: (at: number) => string;
  readonly dateTime: (at: number) => string;
  /** "5 minutes ago", for a time that many ms in the past; anything below a minute is "now". */
  readonly ago: (ms: number) => string;
  /** "+3.421 s", signed, for a time relative to the fault. */
  readonly offset: (ms: number) => string;
}

export function createFormatter(language: string): Formatter {
  // Some browsers know no Galician numbers and dates; the Spanish ones are nearest.
  const locales = language === 'gl' ? ['gl', 'es'] : [language];
  const numbers = (minimum: number, maximum: number): Intl.NumberFormat =>
    new Intl.NumberFormat(locales, { minimumFractionDigits: minimum, maximumFractionDigits: maximum });
  const whole = numbers(0, 0);
  const tenths = numbers(1, 1);
  const hundredths = numbers(2, 2);
  const thousandths = numbers(3, 3);
  const scaled = (value: number, unit: number, letter: string): string => {
    return `${(value / unit < 99.95 ? tenths : whole).format(value / unit)} ${letter}`;
  };
  const clock = new Intl.DateTimeFormat(locales, { timeStyle: 'medium', hourCycle: 'h23' });
  const dateTime = new Intl.DateTimeFormat(locales, { dateStyle: 'medium', timeStyle: 'short' });
  // "Yesterday" would be wrong for some of what is 30 hours old; "now" is right.
  const now = new Intl.RelativeTimeFormat(locales, { numeric: 'auto' }).format(0, 'second');
  const relative = new Intl.RelativeTimeFormat(locales, { numeric: 'always' });
  const padded = (value: number): string => String(value).padStart(2, '0');
  const minutes = (ms: number): string => {
    const seconds = Math.round(ms / 1000);
    return `${whole.format(Math.floor(seconds / 60))} min ${padded(seconds % 60)} s`;
  };
  return {
    integer: (value) => whole.format(value),
    rate: (value) => (value === 0 || value >= 99.95 ? whole : tenths).format(value),
    bytes: (value) => {
      if (value < 999.5) return whole.format(value);
      if (value < 999_500) return scaled(value, 1e3, 'k');
      return value < 999_500_000 ? scaled(value, 1e6, 'M') : scaled(value, 1e9, 'G');
    },
    duration: (ms) => {
      if (Math.abs(ms) < 999.5) return `${whole.format(ms)} ms`;
      return ms < 59_995 ? `${hundredths.format(ms / 1000)} s` : minutes(ms);
    },
    elapsed: (ms) => {
      const seconds = Math.max(0, Math.floor(ms / 1000));
      if (seconds < 60) return `${seconds} s`;
      if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
      return `${Math.floor(seconds / 3600)} h ${padded(Math.floor(seconds / 60) % 60)} min`;
    },
    clock: (at) => `${clock.format(at)}.${String(Math.floor(at % 1000)).padStart(3, '0')}`,
    dateTime: (at) => dateTime.format(at),
    ago: (ms) => (ms < minuteMs ? now : relative.format(...agoParts(ms))),
    offset: (ms) => `${ms < 0 ? '−' : '+'}${thousandths.format(Math.abs(ms) / 1000)} s`,
  };
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The coarsest unit that fits once. */
function agoParts(ms: number): [number, Intl.RelativeTimeFormatUnit] {
  if (ms < hourMs) return [-Math.floor(ms / minuteMs), 'minute'];
  return ms < dayMs ? [-Math.floor(ms / hourMs), 'hour'] : [-Math.floor(ms / dayMs), 'day'];
}
