import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DirectorEvent } from '../../director/api/event.ts';
import { foldDirector } from '../../director/api/fold.ts';
import type { DirectorSnapshot } from '../../director/api/snapshot.ts';
import { buildDirector } from '../../scripts/build-director.mjs';
import { BalancedLab, serverAddress, VIP } from './support/balanced-lab.ts';
import { until } from './support/director-namespaces.ts';

/** Every change of state says why: as an event for programs, and as a line of the log for people. */
const work = mkdtempSync(join(tmpdir(), 'relevo-states-'));
let lab: BalancedLab;

const server = (index: number): string => `real_server ${serverAddress(index)} 80 {
    weight 1
    HTTP_GET {
      url {
        path /
        status_code 200
      }
      connect_timeout 2
      retry 0
    }
  }`;
const configuration = `
global_defs {
  lvs_sync_daemon eth0 VI_E
}
vrrp_instance VI_E {
  state BACKUP
  interface eth0
  virtual_router_id 7
  priority 100
  track_interface {
    eth1
  }
  virtual_ipaddress {
    192.168.9.101/24
  }
}
virtual_server ${VIP} 80 {
  delay_loop 1
  lb_algo rr
  lb_kind NAT
  protocol TCP
  quorum 2
  sorry_server ${serverAddress(2)} 81
  ${server(1)}
  ${server(2)}
}
`;

type Found<T extends DirectorEvent['type']> = Extract<DirectorEvent, { type: T }>;

/** The first event of a type since a moment, once it is there. */
async function event<T extends DirectorEvent['type']>(
  since: number,
  type: T,
  wanted: (event: Found<T>) => boolean,
): Promise<Found<T>> {
  let found: Found<T> | undefined;
  await until(`an event ${type}`, 20_000, () => {
    found = lab.director.since(since, type).find(wanted);
    return Promise.resolve(found !== undefined);
  });
  if (!found) throw new Error(`no event ${type}`);
  return found;
}

const service = { protocol: 'TCP', address: VIP, port: 80 };

beforeAll(async () => {
  const { script } = await buildDirector({ outdir: join(work, 'node') });
  lab = new BalancedLab('st', work, script);
  await lab.start(configuration);
  await event(0, 'vrrp-state', ({ to }) => to === 'MASTER');
});

afterAll(async () => {
  await lab.stop();
  rmSync(work, { recursive: true, force: true });
});

it('who began to watch before there were instances hears of them, and of what they become', () => {
  const { events } = lab.director;
  expect(events[0]).toMatchObject({ type: 'snapshot', snapshot: { instances: [] } });
  const folded = events.reduce<DirectorSnapshot | undefined>(foldDirector, undefined);
  expect(folded?.instances).toMatchObject([{ name: 'VI_E', state: 'MASTER' }]);
});

describe('why', () => {
  it('the synchronisation daemon changed its role', async () => {
    expect(await event(0, 'sync', ({ role, up }) => role === 'master' && up)).toMatchObject({
      interface: 'eth0',
      reason: 'VI_E is MASTER',
    });
    expect(lab.director.log).toMatch(
      / info The master daemon of connection synchronisation on eth0 was started: VI_E is MASTER$/m,
    );
  });

  it('an instance became master', async () => {
    const { from, reason } = await event(0, 'vrrp-state', ({ to }) => to === 'MASTER');
    expect(from).toBe('BACKUP');
    expect(reason).not.toBe('');
    expect(lab.director.log).toContain(` info VI_E: BACKUP → MASTER: ${reason}\n`);
  });

  it('a server, the quorum and the sorry server changed: by a check', async () => {
    const at = Date.now();
    lab.setWell(2, false);
    const why = '/: 503 Service Unavailable, where 200 is well';
    const place = `${serverAddress(2)}:80 of ${VIP}:80`;
    expect(await event(at, 'server', ({ up }) => !up)).toMatchObject({
      service,
      server: { address: serverAddress(2), port: 80 },
      mode: 'ready',
      weight: 1,
      reason: `HTTP_GET: ${why}`,
    });
    expect((await event(at, 'check', ({ check }) => !check.up)).check.reason).toBe(why);
    const lost = 'servers of weight 1 are up, 2 is needed';
    expect(await event(at, 'quorum', ({ up }) => !up)).toMatchObject({ service, reason: lost });
    expect(await event(at, 'sorry-server', ({ up }) => up)).toMatchObject({
      service,
      server: { address: serverAddress(2), port: 81 },
      reason: lost,
    });
    for (const line of [
      `${place} is down: ${why}`,
      `${place} is out of service with weight 1: HTTP_GET: ${why}`,
      `${VIP}:80 has lost its quorum: ${lost}`,
      `The sorry server ${serverAddress(2)}:81 of ${VIP}:80 takes over: ${lost}`,
    ])
      expect(lab.director.log).toContain(` info ${line}\n`);
  });

  it('they came back', async () => {
    const at = Date.now();
    lab.setWell(2, true);
    expect((await event(at, 'server', ({ up }) => up)).reason).toBe('HTTP_GET: /: 200 OK');
    expect((await event(at, 'quorum', ({ up }) => up)).reason).toBe('servers of weight 2 are up, 2 is enough');
    expect((await event(at, 'sorry-server', ({ up }) => !up)).reason).toBe('servers of weight 2 are up, 2 is enough');
  });

  it('a server changed: by a person', async () => {
    const at = Date.now();
    await lab.director.command('drain', `tcp/${VIP}:80`, serverAddress(1));
    expect(await event(at, 'server', ({ mode }) => mode === 'drain')).toMatchObject({
      server: { address: serverAddress(1), port: 80 },
      weight: 0,
      reason: 'drained by hand',
    });
    await lab.director.command('enable', `tcp/${VIP}:80`, serverAddress(1));
    await event(at, 'server', ({ mode }) => mode === 'ready');
    expect(lab.director.log).toContain(
      ` ${serverAddress(1)}:80 of ${VIP}:80 is drained with weight 0: drained by hand\n`,
    );
  });

  it('a link went away, and with it the instance and its daemon', async () => {
    const at = Date.now();
    await lab.setLink('eth1', false);
    expect(await event(at, 'link', ({ up }) => !up)).toMatchObject({
      interface: 'eth1',
      reason: 'it is off, or has no carrier',
    });
    expect(await event(at, 'vrrp-state', ({ to }) => to === 'FAULT')).toMatchObject({
      reason: 'tracked interface eth1 is down',
    });
    expect((await event(at, 'sync', ({ role, up }) => role === 'master' && !up)).reason).toBe('VI_E is FAULT');
    await lab.setLink('eth1', true);
    expect((await event(at, 'link', ({ up }) => up)).reason).toBe('it is up');
    expect(lab.director.log).toContain(' info eth1 is down: it is off, or has no carrier\n');
    expect(lab.director.log).toContain(' info eth1 is up: it is up\n');
  });
});
