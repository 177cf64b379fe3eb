import { describe, expect, it } from 'vitest';
import { clfDate, formatTime, httpDate, logDate } from './dates.ts';

/** Days near the ends of months and years of four centuries, and one before 1970. */
const times = [
  ...[-1, 0, 951_782_399_999, 951_782_400_000, 1_104_537_600_000, 1_700_000_000_123, 4_107_542_400_000],
  ...Array.from({ length: 1500 }, (_, index) => -2_208_988_800_000 + index * 6_666_666_667),
];

describe('dates', () => {
  it('are those of the calendar', () => {
    for (const ms of times)
      expect(formatTime('%Y-%m-%dT%H:%M:%S', ms, 0)).toBe(new Date(ms).toISOString().slice(0, 19));
  });

  it('have the days of the week and of the year', () => {
    for (const ms of times) {
      const date = new Date(ms);
      const first = Date.UTC(date.getUTCFullYear(), 0, 1);
      expect(formatTime('%w %j', ms, 0)).toBe(
        `${date.getUTCDay()} ${String(1 + Math.floor((ms - first) / 86_400_000)).padStart(3, '0')}`,
      );
    }
  });

  it.each([
    [Date.UTC(2005, 0, 1), '2004 53 00 00'],
    [Date.UTC(2005, 0, 3), '2005 01 01 01'],
    [Date.UTC(2008, 11, 29), '2009 01 52 52'],
    [Date.UTC(2010, 0, 3), '2009 53 01 00'],
    [Date.UTC(2016, 1, 29), '2016 09 09 09'],
  ])('%i has its weeks', (ms, weeks) => {
    expect(formatTime('%G %V %U %W', ms, 0)).toBe(weeks);
  });

  it('are written for logs and for HTTP', () => {
    expect(logDate(1_700_000_000_045, 60)).toBe('14/Nov/2023:23:13:20.045');
    expect(clfDate(1_700_000_000_045, -210)).toBe('14/Nov/2023:18:43:20 -0330');
    expect(httpDate(1_700_000_000_000)).toBe('Tue, 14 Nov 2023 22:13:20 GMT');
    expect(formatTime('%e|%k|%l|%I%p|%s|%Z|%q', 1_699_999_999_999, 0)).toBe('14|22|10|10PM|1699999999|UTC|%q');
  });
});
