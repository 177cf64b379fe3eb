import { numberAt, textAt } from '../fetches/fetch.ts';
import { octetText, str } from '../values.ts';
import type { ConverterMaker, Converters } from './converter.ts';
import { formatTime, httpDate } from '../../formats/dates.ts';

const time =
  (isLocal: boolean): ConverterMaker =>
  (given, { ports }) => {
    const format = octetText(textAt(given, 0));
    const offset = numberAt(given, 1);
    return (value) => {
      if (value.type !== 'int') return undefined;
      const ms = (Number(value.value) + offset) * 1000;
      return str(formatTime(format, ms, isLocal ? ports.zoneOffset(ms) : 0));
    };
  };

/** How many of a unit a second has. */
const UNITS: Readonly<Record<string, number>> = { s: 1, ms: 1000, us: 1_000_000 };

/** Section 7.3.1: dates. */
export const dateConverters = {
  ltime: time(true),
  utime: time(false),
  /** With what a second is short of in units behind a point, as a number. */
  http_date: (given) => {
    const offset = numberAt(given, 0);
    const unit = UNITS[textAt(given, 1)] ?? 1;
    return (value) => {
      if (value.type !== 'int') return undefined;
      const units = Number(value.value) + offset;
      const seconds = Math.floor(units / unit);
      return str(httpDate(seconds * 1000, unit === 1 ? '' : `.${units - seconds * unit}`));
    };
  },
} satisfies Converters;
