import { describe, expect, it } from 'vitest';
import { DispatchBed } from '../testing/dispatch-bed.ts';
import { backSide, listenSettings, serverSettings } from '../testing/settings.ts';
import type { StickTable } from '../stick-tables.ts';
import { keyOf } from './key-of.ts';
import { makeTable } from './table.ts';

const settings: StickTable = {
  ...{ key: { type: 'string', length: 4 }, size: 2, expireMs: 0, noPurge: false, serverKey: 'name' },
  store: [{ name: 'gpc0' }, { name: 'conn_rate', periodMs: 1000 }],
};
const tableOf = (differing: Partial<StickTable> = {}) =>
  makeTable(listenSettings({ stickTable: { ...settings, ...differing } }));

describe('a stick table', () => {
  it('counts, and rates over their period; what it does not keep is not there', () => {
    const entry = tableOf()?.touch('k', 0);
    entry?.add('gpc0', 0, 2);
    entry?.add('conn_rate', 0, 4);
    expect([
      entry?.get('gpc0', 0),
      entry?.get('conn_rate', 500),
      entry?.get('conn_rate', 1500),
      entry?.get('gpc1', 0),
    ]).toEqual([...[2, 4, 2, undefined]]);
  });

  it('drops what nobody touches, and the oldest when it is full, but not what is tracked', () => {
    const table = tableOf({ expireMs: 100 });
    const first = table?.touch('a', 0);
    table?.touch('b', 1);
    table?.touch('a', 2);
    table?.touch('c', 3);
    expect(['a', 'b', 'c'].map((key) => table?.find(key, 4) !== undefined)).toEqual([true, false, true]);
    if (first !== undefined) first.references = 1;
    expect(['a', 'c'].map((key) => table?.find(key, 200) !== undefined)).toEqual([true, false]);
    const kept = tableOf({ size: 1 });
    const tracked = kept?.touch('a', 0);
    if (tracked !== undefined) tracked.references = 1;
    expect([kept?.touch('b', 0), kept?.find('a', 0)]).toEqual([undefined, tracked]);
    const closed = tableOf({ noPurge: true, size: 1 });
    expect([closed?.touch('a', 0) !== undefined, closed?.touch('b', 0)]).toEqual([true, undefined]);
  });

  it.each([
    ['ip', { type: 'ip' }, { type: 'ipv4', value: '10.0.0.1' }, '\x0a\0\0\x01'],
    ['a mapped address', { type: 'ip' }, { type: 'ipv6', value: '::ffff:10.0.0.1' }, '\x0a\0\0\x01'],
    ['no such address', { type: 'ip' }, { type: 'ipv6', value: '2001:db8::1' }, undefined],
    ['integer', { type: 'integer' }, { type: 'str', value: '258' }, '\0\0\x01\x02'],
    ['string', { type: 'string', length: 3 }, { type: 'str', value: 'abcd' }, 'abc'],
    ['binary', { type: 'binary', length: 3 }, { type: 'bin', value: 'a' }, 'a\0\0'],
  ] as const)('makes keys: %s', (_what, key, sample, expected) => {
    expect(keyOf({ key }, sample)).toBe(expected);
  });
});

describe('stick on', () => {
  const bedOf = (differing: Partial<StickTable> = {}): DispatchBed =>
    new DispatchBed(
      listenSettings({
        stickTable: { ...settings, key: { type: 'ip' }, size: 10, ...differing },
        back: backSide({
          servers: [serverSettings('s1'), serverSettings('s2'), serverSettings('s3', { sticky: false })],
          stickRules: [
            {
              matches: true,
              stores: 'request',
              key: { fetch: 'src', arguments: [], converters: [], type: 'ipv4' },
              table: 'web',
            },
          ],
        }),
      }),
    );

  it.each(['name', 'addr'] as const)('remembers by %s, but no server that is not to be', (serverKey) => {
    const bed = bedOf({ serverKey });
    expect(bed.visits(2, { source: '192.0.2.1' })).toBe('s1 s1');
    expect(bed.visit({ source: '192.0.2.2' })).toBe('s2');
    expect(bed.visits(2, { source: '192.0.2.3' })).toBe('s3 s1');
  });

  it('forgets a server that is down', () => {
    const bed = bedOf();
    expect(bed.visit()).toBe('s1');
    bed.states.setStopped(bed.server('s1'), bed.now);
    expect(bed.visits(2)).toBe('s2 s2');
  });
});
