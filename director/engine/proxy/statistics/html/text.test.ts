import { describe, expect, it } from 'vitest';
import { escaped, grouped, humanTime, limited, percent, upTime } from './text.ts';

describe('texts of the page', () => {
  it('tells thousands apart without changing the digits', () => {
    const one = (digit: string): string => `<span class="rls">${digit}</span>`;
    expect([0, 999, 1234, 1_234_567].map(grouped)).toEqual([
      '0',
      '999',
      `${one('1')}234`,
      `${one('1')}23${one('4')}567`,
    ]);
    expect(grouped(undefined)).toBe('0');
  });

  it('shows times by their two largest units', () => {
    const shown = [-1, 0, 59, 60, 61, 3600, 3661, 86_400, 90_061].map(humanTime);
    expect(shown).toEqual(['?', '0s', '59s', '1m', '1m1s', '1h', '1h1m', '1d', '1d1h']);
  });

  it('shows how long the process runs', () => {
    expect(upTime(93_784)).toBe('1d 2h03m04s');
  });

  it('shows limits, shares and text that is no markup', () => {
    expect([limited(0, '-'), limited(5, '-'), limited(undefined, '-')]).toEqual(['-', '5', '-']);
    expect([percent(1, 3), percent(1, 0)]).toEqual([33, 0]);
    expect(escaped(`<a href="x">'&`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;');
  });
});
