import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './support/director-namespaces.ts';
import type { NodeProcess } from './support/director-process.ts';
import { debianTools } from './support/director-tools.ts';
import { buildVrrpHost, VrrpLab, type Who } from './support/vrrp-lab.ts';

/** One virtual router of each kind; all of them in one process, so that one kill measures all. */
interface Kind {
  readonly what: string;
  readonly vrid: number;
  readonly advertMs: number;
  readonly lines: (peer: string, own: string) => string;
  readonly address: string;
  readonly version: 2 | 3;
}
const pass = 'authentication {\n auth_type PASS\n auth_pass mypasswd\n }';
const kinds: readonly Kind[] = [
  { what: 'version 2, PASS, 1 s', vrid: 51, advertMs: 1000, version: 2, lines: () => pass, address: '192.168.1.201' },
  { what: 'version 3, 0.1 s', vrid: 52, advertMs: 100, version: 3, lines: () => '', address: '192.168.1.202' },
  { what: 'version 3, 0.01 s', vrid: 53, advertMs: 10, version: 3, lines: () => '', address: '192.168.1.203' },
  { what: 'version 3 over IPv6, 0.1 s', vrid: 54, advertMs: 100, version: 3, lines: () => '', address: 'fe80::54' },
  {
    what: 'version 3, unicast, 0.1 s',
    vrid: 55,
    advertMs: 100,
    version: 3,
    lines: (peer, own) => `unicast_src_ip ${own}\n unicast_peer {\n ${peer}\n }`,
    address: '192.168.1.205',
  },
];
const all = kinds.map(({ address }) => address).sort();
const places = { a: '192.168.1.101', b: '192.168.1.102' } as const;

function configuration(priority: number, own: string, peer: string): string {
  const instances = kinds.map(
    ({ vrid, advertMs, version, lines, address }) => `vrrp_instance V${vrid} {
      state BACKUP
      interface eth0
      virtual_router_id ${vrid}
      priority ${priority}
      version ${version}
      advert_int ${advertMs / 1000}
      ${lines(peer, own)}
      virtual_ipaddress {
        ${address}
      }
    }`,
  );
  return `global_defs {\n vrrp_rt_priority 50\n vrrp_rlimit_rttime 1000000\n}\n${instances.join('\n')}\n`;
}

const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1] ?? NaN;
const rounds = 3;
const successor = { ours: 'theirs', theirs: 'ours' } as const;

let work: string;
let lab: VrrpLab | undefined;
beforeAll(async () => {
  const env = await debianTools();
  work = await mkdtemp(join(tmpdir(), 'relevo-vrrp-times-'));
  if (!env) return;
  lab = new VrrpLab('vt', await buildVrrpHost(work), work, env);
  await lab.create();
}, 60_000);
afterAll(async () => {
  await lab?.remove();
  await rm(work, { recursive: true, force: true });
});

/** From the last advert of the one that goes to the first of the one that comes: what the wire shows, per virtual router. */
function gaps(lab: VrrpLab, since: number): Map<number, number> {
  const result = new Map<number, number>();
  const adverts = lab.observed.filter((frame) => frame.type === 'advert');
  for (const { vrid } of kinds) {
    const own = adverts.filter((frame) => frame.vrid === vrid);
    const last = own.findLast(({ at }) => at <= since);
    // Of the stopped, the farewell comes after it was asked to go.
    const farewell = own.find(({ at, priority }) => at > since && priority === 0) ?? last;
    const first = own.find(({ at, source, priority }) => at > since && priority > 0 && source !== last?.source);
    result.set(vrid, (first?.at ?? NaN) - (farewell?.at ?? NaN));
  }
  return result;
}

/** One round: `leaving` is master on machine a, the other one waits on machine b with priority 100. */
async function round(lab: VrrpLab, leaving: Who, how: 'kill' | 'stop'): Promise<Map<number, number>> {
  const waiting = lab.start(successor[leaving], lab.net.b, configuration(100, places.b, places.a));
  const master = lab.start(leaving, lab.net.a, configuration(150, places.a, places.b));
  try {
    const holds = async (space: string, wanted: string[]): Promise<boolean> =>
      (await lab.addresses(space)).join() === wanted.join();
    await until(`${leaving} holds all`, 15_000, () => holds(lab.net.a, all));
    await until(`${successor[leaving]} holds none`, 5000, () => holds(lab.net.b, []));
    // Anywhere within an interval.
    await sleep(500 + Math.random() * 1000);
    const since = Date.now();
    await (how === 'kill' ? master.kill() : master.stop());
    await until(`${successor[leaving]} takes over`, 10_000, () => holds(lab.net.b, all));
    await sleep(100);
    return gaps(lab, since);
  } catch (error) {
    const held = `a: ${(await lab.addresses(lab.net.a)).join()} b: ${(await lab.addresses(lab.net.b)).join()}`;
    const logs = [master, waiting].map(({ log }) => log.split('\n').slice(-40).join('\n'));
    throw new Error(`${held}\n${logs.join('\n----\n')}`, { cause: error });
  } finally {
    await end(waiting, master);
    for (const space of [lab.net.a, lab.net.b]) await lab.flush(space);
  }
}

async function end(...processes: NodeProcess[]): Promise<void> {
  await Promise.all(processes.map((process) => process.kill()));
}

describe('take-over times beside the real keepalived, in one run', () => {
  const measured = new Map<string, number[]>();
  const note = (who: Who, how: string, found: Map<number, number>): void => {
    for (const [vrid, gap] of found) {
      const key = `${who} ${how} ${vrid}`;
      measured.set(key, [...(measured.get(key) ?? []), gap]);
    }
  };
  const of = (who: Who, how: string, vrid: number): number[] => measured.get(`${who} ${how} ${vrid}`) ?? [];

  it('are within 5 % of each other, at 1 s, 0.1 s and 0.01 s, IPv4 and IPv6, multicast and unicast', async (context) => {
    if (!lab) return context.skip('Debian packages cannot be fetched here');
    for (let count = 0; count < rounds; count++)
      for (const leaving of ['ours', 'theirs'] as const)
        note(successor[leaving], 'kill', await round(lab, leaving, 'kill'));
    const far = (): Kind[] =>
      kinds.filter(({ vrid }) => {
        const theirs = median(of('theirs', 'kill', vrid));
        return Math.abs(median(of('ours', 'kill', vrid)) - theirs) > theirs * 0.05;
      });
    // Two cores and other tests beside us: a median of three may be of two disturbed rounds, one of seven hardly.
    for (let more = 0; more < 2 && far().length > 0; more++) {
      console.log(
        `Again, because of ${far()
          .map(({ what }) => what)
          .join('; ')}`,
      );
      for (let count = 0; count < 2; count++)
        for (const leaving of ['ours', 'theirs'] as const)
          note(successor[leaving], 'kill', await round(lab, leaving, 'kill'));
    }
    for (const { what, vrid } of kinds)
      console.log(
        `${what}: ours ${of('ours', 'kill', vrid)
          .map((x) => x.toFixed(1))
          .join(' ')}, theirs ${of('theirs', 'kill', vrid)
          .map((x) => x.toFixed(1))
          .join(' ')} ms`,
      );
    expect(far()).toEqual([]);
    for (const { vrid, advertMs, version } of kinds) {
      const theory = 3 * advertMs + (156 / 256) * (version === 2 ? 1000 : advertMs);
      expect(median(of('ours', 'kill', vrid))).toBeGreaterThan(theory - 1);
    }
  }, 170_000);

  it('are a skew when the master stops in order: priority 0 is sent and understood both ways', async (context) => {
    if (!lab) return context.skip('Debian packages cannot be fetched here');
    for (const leaving of ['ours', 'theirs'] as const)
      note(successor[leaving], 'stop', await round(lab, leaving, 'stop'));
    for (const { what, vrid, advertMs, version } of kinds) {
      const skew = (156 / 256) * (version === 2 ? 1000 : advertMs);
      const [ours = NaN] = of('ours', 'stop', vrid);
      const [theirs = NaN] = of('theirs', 'stop', vrid);
      console.log(`${what}: ours ${ours.toFixed(1)}, theirs ${theirs.toFixed(1)} ms after the farewell`);
      expect(ours, what).toBeGreaterThan(skew - 1);
      // One sample each, on a busy machine: late by some milliseconds. A missed farewell would cost three intervals.
      const limit = skew + Math.max(advertMs / 2, 40);
      expect(ours, what).toBeLessThan(limit);
      expect(theirs, what).toBeLessThan(limit);
    }
  }, 60_000);
});
