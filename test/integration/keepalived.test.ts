import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildDirector } from '../../scripts/build-director.mjs';
import { DirectorNamespaces, until } from './support/director-namespaces.ts';
import { startKeepalived, TestDirector, type NodeProcess, type Place } from './support/director-process.ts';
import { debianTools } from './support/director-tools.ts';

const outside = ['192.168.1.200', '192.168.1.202'];
const inside = ['10.0.100.200'];
const all = [...outside, ...inside].sort();

interface Variant {
  readonly name: string;
  readonly version: 2 | 3;
  readonly advert: number;
}
const variants: Variant[] = [
  { name: 'version 2 with PASS at 1 s', version: 2, advert: 1 },
  { name: 'version 3 at 0.1 s', version: 3, advert: 0.1 },
];

/** The document's two instances and sync group; both programs read the same text. */
function configuration({ version, advert }: Variant, state: 'MASTER' | 'BACKUP', priority: number): string {
  const instance = (name: string, device: string, vrid: number, addresses: readonly string[]): string => `
    vrrp_instance ${name} {
      state ${state}
      interface ${device}
      virtual_router_id ${vrid}
      priority ${priority}
      advert_int ${advert}
      ${version === 2 ? 'authentication {\n auth_type PASS\n auth_pass mypasswd\n }' : ''}
      virtual_ipaddress {
        ${addresses.join('\n        ')}
      }
    }`;
  return `global_defs {
      vrrp_version ${version}
    }
    vrrp_sync_group VG1 {
      group {
        VI_E
        VI_I
      }
    }
    ${instance('VI_E', 'eth0', 51, outside)}
    ${instance('VI_I', 'eth1', 52, inside)}
  `;
}

let bundle: string;
let work: string;
let env: NodeJS.ProcessEnv | undefined;
beforeAll(async () => {
  env = await debianTools();
  work = await mkdtemp(join(tmpdir(), 'relevo-keepalived-'));
  bundle = (await buildDirector({ outdir: join(work, 'node') })).script;
});
afterAll(() => rm(work, { recursive: true, force: true }));

describe.each(variants)('beside the real keepalived, $name', (variant) => {
  let net: DirectorNamespaces;
  let ours: TestDirector;
  let theirs: NodeProcess | undefined;
  let place: Place;
  const advertMs = variant.advert * 1000;
  /** Skew of a backup with priority 100, RFC 3768 and RFC 9568. */
  const skewMs = (156 / 256) * (variant.version === 2 ? 1000 : advertMs);
  /** What polling `ip address` on a busy machine may add. */
  const slackMs = 700;

  beforeEach(async (context) => {
    context.onTestFailed(() => console.log(`ours:\n${ours.log}\ntheirs:\n${theirs?.log ?? ''}`));
    if (!env) {
      context.skip('Debian packages cannot be fetched here');
      return;
    }
    net = new DirectorNamespaces('kd');
    await net.create();
    ours = new TestDirector({ namespace: net.a, folder: join(work, `${net.a}-${variant.version}`), env }, bundle);
    place = { namespace: net.b, folder: join(work, `${net.b}-${variant.version}`), env };
  });
  afterEach(async () => {
    await ours.kill();
    await theirs?.kill();
    await net.remove();
  });

  const theirAddresses = async (): Promise<string[]> => (await net.virtualAddresses(net.b)).sort();
  const ourAddresses = async (): Promise<string[]> => (await net.virtualAddresses(net.a)).sort();
  const holdAll = async (read: () => Promise<string[]>): Promise<boolean> => (await read()).join() === all.join();
  const holdNone = async (read: () => Promise<string[]>): Promise<boolean> => (await read()).length === 0;
  const startOurs = (state: 'MASTER' | 'BACKUP', priority: number) =>
    ours.start(configuration(variant, state, priority));
  const startTheirs = (state: 'MASTER' | 'BACKUP', priority: number): NodeProcess =>
    (theirs = startKeepalived(place, configuration(variant, state, priority)));

  it('ours is elected master; theirs takes over when ours is killed, gives back when ours returns, and takes over when ours stops', async () => {
    startTheirs('BACKUP', 100);
    await startOurs('MASTER', 150);
    await until('ours is master', 10_000, () => holdAll(ourAddresses));
    await until('theirs is backup', 5000, () => holdNone(theirAddresses));
    // Long enough to show that theirs accepts our adverts.
    await new Promise((resolve) => setTimeout(resolve, 4 * advertMs));
    expect(await theirAddresses()).toEqual([]);

    await ours.kill();
    const outage = await until('theirs takes over from the killed', 10_000, () => holdAll(theirAddresses));
    expect(outage).toBeGreaterThan(2 * advertMs + skewMs - 50);
    expect(outage).toBeLessThan(3 * advertMs + skewMs + slackMs);

    await startOurs('MASTER', 150);
    await until('ours preempts', 10_000, () => holdAll(ourAddresses));
    await until('theirs lets go', 3000, () => holdNone(theirAddresses));

    await ours.stop();
    expect(await ourAddresses()).toEqual([]);
    const handOver = await until('theirs takes over from the stopped', 10_000, () => holdAll(theirAddresses));
    expect(handOver).toBeLessThan(skewMs + slackMs);
  });

  it('theirs is elected master; ours takes over when theirs is killed, gives back when it returns, and takes over when it stops', async () => {
    startTheirs('MASTER', 150);
    await startOurs('BACKUP', 100);
    await until('theirs is master', 15_000, () => holdAll(theirAddresses));
    await until('ours is backup', 5000, () => holdNone(ourAddresses));
    await until('ours hears theirs', 5000, () =>
      ours.since(0, 'advert').some(({ direction }) => direction === 'received'),
    );

    const killed = Date.now();
    await theirs?.kill();
    await until('ours takes over', 10_000, () => holdAll(ourAddresses));
    const risen = () => ours.since(killed, 'vrrp-state').filter(({ to }) => to === 'MASTER');
    // The events come by way of another process, and may come after the addresses that they are about.
    const added = () => ours.since(killed, 'address').filter(({ action }) => action === 'added');
    await until('ours says so', 3000, () => risen().length === 2 && added().length === all.length);
    const taken = risen();
    // The group rises when the last of its members has missed its master.
    const last =
      ours
        .since(0, 'advert')
        .filter(({ direction }) => direction === 'received')
        .at(-1)?.at ?? NaN;
    expect(taken.map(({ instance }) => instance).sort()).toEqual(['VI_E', 'VI_I']);
    const silence = (taken[0]?.at ?? NaN) - last;
    // Events of a busy machine are late by some milliseconds; keepalived-times.test.ts measures on the wire.
    expect(silence).toBeGreaterThan(3 * advertMs + skewMs - 60);
    expect(silence).toBeLessThan((3 * advertMs + skewMs) * 1.05 + 60);
    // All virtual addresses move together.
    expect(
      added()
        .map(({ address }) => address)
        .sort(),
    ).toEqual(all);
    expect(Math.max(...added().map(({ at }) => at)) - (taken[0]?.at ?? NaN)).toBeLessThan(50);
    // The dead one had no chance to take its addresses away.
    for (const [device, address] of [...outside.map((item) => ['eth0', item]), ['eth1', inside[0] ?? '']])
      await net.dropAddress(net.b, device ?? '', address ?? '');

    startTheirs('MASTER', 150);
    await until('theirs preempts', 15_000, () => holdAll(theirAddresses));
    await until('ours lets go', 3000, () => holdNone(ourAddresses));

    const stopped = Date.now();
    await theirs?.stop();
    await until('ours takes over from the stopped', 10_000, () => holdAll(ourAddresses));
    const handOver = (ours.since(stopped, 'vrrp-state').find(({ to }) => to === 'MASTER')?.at ?? NaN) - stopped;
    expect(handOver).toBeLessThan(skewMs + slackMs);
    expect((await ours.snapshot()).receiveProblems).toEqual({});
  });
});
