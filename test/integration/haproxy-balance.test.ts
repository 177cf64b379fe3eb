import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listen } from '../../director/engine/proxy/configuration.ts';
import { playHere, readListens } from './support/director-balance.ts';
import { HaproxyBalance } from './support/haproxy-balance.ts';
import { balanceCases } from './support/haproxy-balance-cases.ts';
import { haproxyVersion } from './support/haproxy-verdicts.ts';

describe.skipIf(haproxyVersion() === undefined)('the same requests to the same servers as with haproxy', () => {
  let haproxy: HaproxyBalance;
  let listens: Map<string, Listen>;

  beforeAll(async () => {
    haproxy = await HaproxyBalance.prepare();
    listens = readListens(await haproxy.start(balanceCases));
  });

  afterAll(() => haproxy.stop());

  it('has cases enough', () => {
    expect(balanceCases.length).toBeGreaterThanOrEqual(120);
    expect(new Set(balanceCases.map(({ name }) => name)).size).toBe(balanceCases.length);
  });

  it.each(balanceCases)('$name', async (one) => {
    const there = await haproxy.play(one);
    const here = playHere(listens.get(one.name) as Listen, one);
    expect(here).toEqual(there);
  });
});
