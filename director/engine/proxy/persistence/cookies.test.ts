import { describe, expect, it } from 'vitest';
import type { BackSide, PersistenceCookie } from '../backend.ts';
import { DispatchBed } from '../testing/dispatch-bed.ts';
import { backSide, listenSettings, serverSettings } from '../testing/settings.ts';
import { dateDigits, dateOf } from './cookie-dates.ts';
import { xxh64 } from './xxh64.ts';

const cookie: PersistenceCookie = {
  ...({ name: 'S', mode: 'insert', indirect: false, noCache: false, postOnly: false, preserve: false } as const),
  ...{ httpOnly: false, secure: false, domains: [], attributes: [] },
};
const NOW = 1_700_000_000_000;
const servers = [serverSettings('s1', { cookie: 'a' }), serverSettings('s2', { cookie: 'b' }), serverSettings('s3')];
const bedOf = (differing: Partial<PersistenceCookie>, back: Partial<BackSide> = {}): DispatchBed =>
  new DispatchBed(listenSettings({ back: backSide({ servers, cookie: { ...cookie, ...differing }, ...back }) }), {
    now: NOW,
  });

/** Server, letters, what it got and what the client got. */
function exchange(bed: DispatchBed, sent?: string, answer = 'HTTP/1.1 200 OK', method = 'GET'): unknown[] {
  const visit = bed.open({ method, ...(sent === undefined ? {} : { headers: [`cookie: ${sent}`] }) });
  visit.close(answer);
  const { clientCookie, serverCookie } = visit.stream.termination;
  return [visit.outcome, clientCookie + serverCookie, visit.sent('cookie'), visit.received('set-cookie')];
}

describe('cookie', () => {
  it.each([
    ['insert', {}, undefined, ['s1', 'NI', [], ['S=a; path=/']]],
    ['insert', {}, 'x=1; S=b', ['s2', 'VN', ['x=1; S=b'], []]],
    ['insert', {}, 'S=zz', ['s1', 'II', ['S=zz'], ['S=a; path=/']]],
    ['indirect', { indirect: true }, 'x=1; S=b; y=2', ['s2', 'VN', ['x=1; y=2'], []]],
    ['indirect', { indirect: true }, 'S=b', ['s2', 'VN', [], []]],
    ['prefix', { mode: 'prefix' }, 'S=b~own; t=1', ['s2', 'VN', ['S=own; t=1'], []]],
    ['passive', { mode: 'passive' }, 'S=b', ['s2', '--', ['S=b'], []]],
    [
      'attributes',
      { httpOnly: true, secure: true, domains: ['.d.org'], attributes: ['SameSite=Lax'] },
      undefined,
      ['s1', 'NI', [], ['S=a; path=/; domain=.d.org; HttpOnly; Secure; SameSite=Lax']],
    ],
    ['postonly', { postOnly: true }, undefined, ['s1', 'NN', [], []]],
  ] as const)('%s', (_what, differing, sent, expected) => {
    expect(exchange(bedOf(differing), sent)).toEqual(expected);
  });

  it('rewrites, prefixes, removes or keeps the cookie of a server', () => {
    const own = 'HTTP/1.1 200 OK\r\nset-cookie: S=own; path=/x';
    expect(exchange(bedOf({ mode: 'rewrite' }), undefined, own)).toEqual(['s1', 'NR', [], ['S=a; path=/x']]);
    expect(exchange(bedOf({ mode: 'prefix' }), undefined, own)).toEqual(['s1', 'NR', [], ['S=a~own; path=/x']]);
    expect(exchange(bedOf({}), undefined, own)).toEqual(['s1', 'NI', [], ['S=a; path=/']]);
    expect(exchange(bedOf({ indirect: true }), 'S=a', own)).toEqual(['s1', 'VD', [], []]);
    expect(exchange(bedOf({ preserve: true }), undefined, own)).toEqual(['s1', 'NP', [], ['S=own; path=/x']]);
  });

  it('renews dates, and takes no cookie that is too old or was idle for too long', () => {
    const today = dateDigits(NOW / 1000 + 3);
    const ago = (seconds: number): string => dateDigits(NOW / 1000 - seconds);
    const bed = (): DispatchBed => bedOf({ maxIdle: 600, maxLife: 3600 });
    expect(exchange(bed(), `S=b|${ago(60)}|${ago(120)}`)[3]).toEqual([`S=b|${today}|${ago(120)}; path=/`]);
    expect(exchange(bed(), `S=b|${ago(60)}|${ago(120)}`)[1]).toBe('VU');
    expect(exchange(bed(), `S=b|${ago(700)}|${ago(800)}`).slice(0, 2)).toEqual(['s1', 'EI']);
    expect(exchange(bed(), `S=b|${ago(60)}|${ago(4000)}`).slice(0, 2)).toEqual(['s1', 'OI']);
    expect(dateOf(dateDigits(1_700_000_000))).toBe(1_700_000_000);
  });

  it('forgets who is down, unless it is to persist', () => {
    const down = (back: Partial<BackSide>): unknown[] => {
      const bed = bedOf({}, back);
      bed.states.setStopped(bed.server('s1'), bed.now);
      return exchange(bed, 'S=a');
    };
    expect(down({}).slice(0, 2)).toEqual(['s2', 'DI']);
    expect(down({ persistsWhenDown: true }).slice(0, 2)).toEqual(['s1', 'DN']);
  });

  it('keeps caches from answers with the cookie, and blocks those that they might keep', () => {
    const answer = 'HTTP/1.1 200 OK\r\netag: "1"';
    const bed = bedOf({ noCache: true });
    const visit = bed.open();
    visit.close(answer);
    expect(visit.received('cache-control')).toEqual(['private']);
    const checked = bedOf({ mode: 'passive' }, { checksCache: true });
    const blocked = checked.open();
    blocked.close(`${answer}\r\nset-cookie: x=1`);
    const passed = checked.open();
    passed.close(`${answer}\r\nset-cookie: x=1\r\ncache-control: no-store`);
    expect([blocked.passed, passed.passed, checked.backend.counters.deniedResponses]).toEqual([false, true, 1]);
  });
});

it('computes XXH64 as its specification does', () => {
  const of = (text: string): string => xxh64(new TextEncoder().encode(text)).toString(16);
  expect([of(''), of('abc'), of('Nobody inspects the spammish repetition')]).toEqual([
    ...['ef46db3751d8e999', '44bc2cf5ad770999', 'fbcea83c8a378bf1'],
  ]);
});
