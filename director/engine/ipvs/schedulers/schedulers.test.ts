import { describe, expect, it } from 'vitest';
import type { SchedulerFlag } from '../../../api/table.ts';
import { flow, TableBench } from '../table-bench.ts';
import { hsiphash } from './hsiphash.ts';

const SERVICE = 'udp 10.0.0.100:80';
const VIRTUAL = '10.0.0.100:80';

interface Setup {
  readonly scheduler: string;
  readonly flags?: SchedulerFlag[];
  readonly weights?: number[];
}

/** Servers 172.16.1.2, 172.16.2.2, … with weights 3, 2, 1 unless said otherwise, added in this order. */
function bench({ scheduler, flags = [], weights = [3, 2, 1] }: Setup, random?: () => number): TableBench {
  const made = new TableBench(4096, random);
  made.addService(SERVICE, { scheduler, schedulerFlags: flags });
  weights.forEach((weight, index) => made.addServer(SERVICE, server(index + 1), { weight }));
  return made;
}

function server(number: number): string {
  return `172.16.${String(number)}.2:80`;
}

/** The servers' digits for one packet from each of the clients 10.0.3.FROM, 10.0.3.FROM+1, … */
function picks(made: TableBench, from: number, to: number): string {
  let digits = '';
  for (let client = from; client <= to; client++) {
    const chosen = made.send('udp', `10.0.3.${String(client)}:40000`, VIRTUAL);
    digits += chosen === 'noServer' ? '-' : (chosen.split('.')[2] ?? '');
  }
  return digits;
}

describe('picks of the 6.1 kernel', () => {
  it.each([
    ['mh', 10, 60, '111122321221221213312212222232121111212122122313111'],
    ['sh', 10, 60, '213132321212212121111313112121323212121121311112131'],
    ['wlc', 10, 29, '32112132112132112132'],
    ['wrr', 10, 29, '32112132112132112132'],
    ['lc', 10, 29, '32132132132132132132'],
    ['rr', 10, 29, '32132132132132132132'],
    ['fo', 10, 29, '11111111111111111111'],
    ['ovf', 10, 29, '11111111111111111111'],
    ['sed', 10, 29, '11111111111111111111'],
    ['dh', 10, 29, '11111111111111111111'],
    ['nq', 10, 29, '33333333333333333333'],
    ['lblc', 10, 29, '33333333333333333333'],
    ['lblcr', 10, 29, '33333333333333333333'],
  ])('%s', (scheduler, from, to, expected) => {
    expect(picks(bench({ scheduler }), from, to)).toBe(expected);
  });

  it.each<[string, SchedulerFlag, string]>([
    ['mh', 'mh-fallback', '223222323222223233322222222232222222232322322323322'],
    ['sh', 'sh-fallback', '223232322222232322222232322222232322222232322222232'],
  ])('%s with %s once the first server is quiesced', (scheduler, flag, expected) => {
    const made = bench({ scheduler, flags: [flag] });
    made.editServer(SERVICE, server(1), { weight: 0 });
    expect(picks(made, 10, 60)).toBe(expected);
  });

  it('wrr with an upper threshold of 3 and a lower one of 2', () => {
    const made = bench({ scheduler: 'wrr' });
    made.editServer(SERVICE, server(1), { weight: 3, upperThreshold: 3, lowerThreshold: 2 });
    expect(picks(made, 10, 29)).toBe('32112132232232232232');
  });

  it('fo with an upper threshold of 3', () => {
    const made = bench({ scheduler: 'fo' });
    made.editServer(SERVICE, server(1), { weight: 3, upperThreshold: 3 });
    expect(picks(made, 10, 20)).toBe('11122222222');
  });
});

describe('every scheduler', () => {
  const all = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'mh', 'fo', 'ovf', 'twos'];

  it.each(all)('%s picks nobody without servers, and nobody when all weights are 0', (scheduler) => {
    expect(picks(bench({ scheduler, weights: [] }), 1, 3)).toBe('---');
    expect(picks(bench({ scheduler, weights: [0, 0] }), 1, 3)).toBe('---');
  });

  it.each(all)('%s picks again what comes back from weight 0', (scheduler) => {
    const made = bench({ scheduler, weights: [0] });
    made.editServer(SERVICE, server(1), { weight: 2 });
    expect(picks(made, 1, 3)).toBe('111');
  });

  it.each(all)('%s passes over a server at its threshold', (scheduler) => {
    const made = bench({ scheduler, weights: [1] });
    made.editServer(SERVICE, server(1), { weight: 1, upperThreshold: 2 });
    expect(picks(made, 1, 1)).toBe('1');
    made.editServer(SERVICE, server(1), { weight: 1, upperThreshold: 1 });
    expect(picks(made, 2, 3)).toBe(scheduler === 'lblc' ? '11' : '--');
  });

  it.each(all.filter((name) => name !== 'twos'))(
    '%s tells beforehand whom it will pick, and asking changes nothing',
    (scheduler) => {
      const made = bench({ scheduler });
      for (let client = 10; client < 40; client++) {
        const next = flow('udp', `10.0.3.${String(client)}:40000`, VIRTUAL);
        const own = made.services.find(next)?.scheduler;
        const told = own?.explain(next, made.now).picked?.address.words[3] ?? 0;
        expect(own?.explain(next, made.now).candidates).toHaveLength(3);
        expect(picks(made, client, client)).toBe(String((told >>> 8) & 255));
      }
    },
  );
});

describe('round robin', () => {
  const clients = (made: TableBench, count: number): string => picks(made, 1, count);

  it('goes on behind the last server when others come and go', () => {
    const made = bench({ scheduler: 'rr', weights: [1, 1, 1] });
    expect(clients(made, 1)).toBe('3');
    made.addServer(SERVICE, server(4));
    expect(picks(made, 11, 14)).toBe('2143');
  });

  it('goes on before the next server when the last one is removed', () => {
    const made = bench({ scheduler: 'rr', weights: [1, 1, 1] });
    expect(clients(made, 2)).toBe('32');
    made.deleteServer(SERVICE, server(2));
    expect(picks(made, 11, 13)).toBe('131');
  });

  it('starts from the head again when the first server was the last one and is removed', () => {
    const made = bench({ scheduler: 'rr', weights: [1, 1, 1] });
    expect(clients(made, 1)).toBe('3');
    made.deleteServer(SERVICE, server(3));
    expect(picks(made, 11, 13)).toBe('212');
  });
});

describe('the other rules', () => {
  it('dh and lblc go by the destination address, which a firewall mark leaves open', () => {
    for (const scheduler of ['dh', 'lblc']) {
      const made = new TableBench();
      made.addService('fwm 1', { scheduler });
      for (const number of [1, 2, 3]) made.addServer('fwm 1', server(number));
      const to = (last: number, client: string): string =>
        made.send('udp', `${client}:40000`, `10.9.9.${String(last)}:53`, '', 1);
      const first = [1, 2, 3, 4, 5, 6].map((last) => to(last, '10.0.3.1'));
      expect(new Set(first).size).toBeGreaterThan(1);
      expect([1, 2, 3, 4, 5, 6].map((last) => to(last, '10.0.3.2'))).toEqual(first);
    }
  });

  it('lblc leaves a crowded server for one with less than half of its weight, lblcr keeps both', () => {
    for (const scheduler of ['lblc', 'lblcr']) {
      const made = new TableBench();
      made.addService('tcp 10.0.0.100:80', { scheduler });
      for (const number of [1, 2]) made.addServer('tcp 10.0.0.100:80', server(number), { weight: 3 });
      const seen = Array.from({ length: 10 }, (_, index) =>
        made.send('tcp', `10.0.3.1:${String(1000 + index)}`, VIRTUAL),
      );
      expect(seen.map((one) => one.split('.')[2]).join('')).toBe(scheduler === 'lblc' ? '2222111111' : '2222111112');
    }
  });

  it('lblc forgets what was not used for a day, and its server with it', () => {
    const made = bench({ scheduler: 'lblc' });
    picks(made, 1, 1);
    made.deleteServer(SERVICE, server(3));
    const service = made.services.all()[0];
    const references = (): number => made.services.destination(2)?.references ?? -1;
    expect(service?.destinations).toHaveLength(2);
    made.pass(600_000);
    expect(references()).toBe(1);
    made.pass(90_000_000);
    expect(references()).toBe(-1);
  });

  it('ovf goes over to the next weight when active connections exceed the weight', () => {
    const made = new TableBench();
    made.addService('tcp 10.0.0.100:80', { scheduler: 'ovf' });
    [2, 1].forEach((weight, index) => made.addServer('tcp 10.0.0.100:80', server(index + 1), { weight }));
    const seen = Array.from({ length: 6 }, (_, index) => made.send('tcp', `10.0.3.1:${String(1000 + index)}`, VIRTUAL));
    expect(seen.map((one) => one.split('.')[2] ?? '-').join('')).toBe('11122-');
  });

  it('nq takes an idle server, then weighs as sed does', () => {
    const made = new TableBench();
    made.addService('tcp 10.0.0.100:80', { scheduler: 'nq' });
    [3, 1].forEach((weight, index) => made.addServer('tcp 10.0.0.100:80', server(index + 1), { weight }));
    const seen = Array.from({ length: 7 }, (_, index) => made.send('tcp', `10.0.3.1:${String(1000 + index)}`, VIRTUAL));
    expect(seen.map((one) => one.split('.')[2]).join('')).toBe('2111112');
  });

  it('twos draws two by weight and takes the one that is less loaded', () => {
    const lots = [0, 0.9, 0, 0, 0.9, 0.9];
    const made = bench({ scheduler: 'twos', weights: [1, 1] }, () => lots.shift() ?? 0);
    expect(picks(made, 1, 3)).toBe('221');
  });

  it('sh deals a quiesced server one bucket, and mh lets it keep its slots', () => {
    const own = (scheduler: string, name: string): number[] => {
      const made = bench({ scheduler });
      made.editServer(SERVICE, server(1), { weight: 0 });
      const next = flow('udp', '10.0.3.1:1', VIRTUAL);
      const told = made.services.find(next)?.scheduler?.explain(next, 0).candidates ?? [];
      return told.map(({ numbers }) => numbers[name] ?? -1);
    };
    expect(own('sh', 'buckets')).toEqual([64, 128, 64]);
    expect(own('mh', 'slots')).toEqual([683, 1364, 2046]);
  });

  it("sh-port and mh-port tell one client's ports apart", () => {
    for (const [scheduler, flag] of [
      ['sh', 'sh-port'],
      ['mh', 'mh-port'],
    ] as const) {
      const made = bench({ scheduler, flags: [flag], weights: [1, 1] });
      const seen = Array.from({ length: 40 }, (_, index) =>
        made.send('udp', `10.0.3.1:${String(2000 + index)}`, VIRTUAL),
      );
      expect(new Set(seen).size).toBe(2);
    }
  });

  it('IPv6 clients are hashed by all four words', () => {
    for (const scheduler of ['sh', 'mh']) {
      const made = new TableBench();
      made.addService('udp [2001:db8::100]:80', { scheduler });
      for (const number of [1, 2]) made.addServer('udp [2001:db8::100]:80', `[2001:db8:${String(number)}::2]:80`);
      const seen = Array.from({ length: 30 }, (_, index) =>
        made.send('udp', `[2001:db8:ffff:${String(index)}::1]:40000`, '[2001:db8::100]:80'),
      );
      expect(new Set(seen).size).toBe(2);
    }
  });
});

describe('hsiphash', () => {
  it('agrees with SipHash-1-3 in 64-bit arithmetic', () => {
    for (const word of [0, 1, 0x0a000305, 0xffffffff, 0x80000000])
      for (const key of [2654435761, 2654446892]) expect(hsiphash(word, key)).toBe(reference(word, key));
  });
});

function reference(word: number, key: number): number {
  const mask = (1n << 64n) - 1n;
  const rotate = (value: bigint, by: bigint): bigint => ((value << by) | (value >> (64n - by))) & mask;
  const wide = BigInt(key);
  let [v0, v1, v2, v3] = [
    0x736f6d6570736575n ^ wide,
    0x646f72616e646f6dn ^ wide,
    0x6c7967656e657261n ^ wide,
    0x7465646279746573n ^ wide,
  ];
  const round = (): void => {
    v0 = (v0 + v1) & mask;
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = (v2 + v3) & mask;
    v3 = rotate(v3, 16n) ^ v2;
    v0 = (v0 + v3) & mask;
    v3 = rotate(v3, 21n) ^ v0;
    v2 = (v2 + v1) & mask;
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  const block = (4n << 56n) | BigInt(word);
  v3 ^= block;
  round();
  v0 ^= block;
  v2 ^= 0xffn;
  for (let count = 0; count < 3; count++) round();
  return Number((v0 ^ v1 ^ v2 ^ v3) & 0xffffffffn);
}
