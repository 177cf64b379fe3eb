import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDirector } from '../../scripts/build-director.mjs';
import { BalancedLab, serverAddress, VIP } from './support/balanced-lab.ts';
import { until } from './support/director-namespaces.ts';

const work = mkdtempSync(join(tmpdir(), 'relevo-reload-'));
const service = `tcp/${VIP}:80`;
let lab: BalancedLab;

/** What a reload changes beside what has to stay. */
interface Changes {
  readonly scheduler: string;
  readonly otherPort: number;
  readonly delayLoop: number;
}

function configuration({ scheduler, otherPort, delayLoop }: Changes): string {
  const server = (index: number): string => `real_server ${serverAddress(index)} 80 {
    weight 2
    HTTP_GET {
      url {
        path /
        status_code 200
      }
      connect_timeout 2
      retry 0
    }
  }`;
  const plain = `real_server ${serverAddress(1)} 80 {\n weight 1\n }`;
  return `virtual_server ${VIP} 80 {
  delay_loop ${delayLoop}
  lb_algo ${scheduler}
  lb_kind NAT
  protocol TCP
  ${server(1)}
  ${server(2)}
}
virtual_server ${VIP} ${otherPort} {
  lb_algo rr
  lb_kind NAT
  protocol TCP
  ${plain}
}
`;
}

/** All that must outlive a reload, as the director itself tells it. */
async function state() {
  const { services, checks } = await lab.director.snapshot();
  const found = services.find(({ port }) => port === 80);
  const { stdout } = await lab.ipvsadm('-Lcn');
  return {
    scheduler: found?.scheduler,
    ports: services.map(({ port }) => port).sort(),
    counters: found?.counters ?? { connections: 0, inPackets: 0, inBytes: 0 },
    weights: found?.realServers.map(({ address, weight }) => `${address} ${weight}`),
    checks: checks.map(({ serverAddress: server, up, reason, since }) => ({
      server,
      up,
      reason,
      since: Math.round(since / 10),
    })),
    // Protocol, client, virtual, server: all but the time, which runs.
    connections: stdout.split('\n').flatMap((line) => /ESTABLISHED\s+(.*)$/.exec(line)?.[1] ?? []),
  };
}

const ways = {
  SIGHUP: async () => {
    lab.director.hangUp();
    await Promise.resolve();
  },
  'the admin API': () => lab.director.command('reload'),
};

beforeAll(async () => {
  const { script } = await buildDirector({ outdir: join(work, 'node') });
  lab = new BalancedLab('rl', work, script);
  await lab.start(configuration({ scheduler: 'rr', otherPort: 8000, delayLoop: 1 }));
  await until('both servers answer', 15_000, async () => {
    const answers = [await lab.fetch(), await lab.fetch()];
    return answers.includes('web1 is well\n') && answers.includes('web2 is well\n');
  });
  // A weight by hand, and a server that a check holds for down.
  await lab.director.command('weight', service, serverAddress(1), '7');
  lab.setWell(2, false);
  await until('the check of the second server fails', 15_000, async () =>
    (await lab.director.snapshot()).checks.some(({ serverAddress: server, up }) => server === serverAddress(2) && !up),
  );
});

afterAll(async () => {
  await lab.stop();
  rmSync(work, { recursive: true, force: true });
});

describe.each([
  ['SIGHUP', { scheduler: 'wlc', otherPort: 8001, delayLoop: 2 }],
  ['the admin API', { scheduler: 'wrr', otherPort: 8002, delayLoop: 1 }],
] as const)('a reload by %s changes what the file changes, and keeps', (way, changes) => {
  let before: Awaited<ReturnType<typeof state>>;
  let after: Awaited<ReturnType<typeof state>>;
  let download: Promise<string>;
  let at: number;

  beforeAll(async () => {
    lab.setEnough(false);
    download = lab.fetch('/slow', 60);
    await until('the download runs', 5000, async () => (await state()).connections.length > 0);
    before = await state();
    at = Date.now();
    lab.director.configure(configuration(changes));
    await ways[way]();
    await until('the new file is in force', 10_000, async () => (await state()).ports.includes(changes.otherPort));
    after = await state();
  });

  it('(it does change them)', () => {
    expect(before.ports).not.toContain(changes.otherPort);
    expect(after.ports).toEqual([80, changes.otherPort]);
    expect(after.scheduler).toBe(changes.scheduler);
  });

  it('connections: the entry stays, and the download ends as if nothing had been', async () => {
    expect(before.connections).toHaveLength(1);
    expect(after.connections).toEqual(before.connections);
    lab.setEnough(true);
    expect(await download).toMatch(/^\.+the end$/);
  });

  it('counters: they go on', () => {
    expect(before.counters.connections).toBeGreaterThan(0);
    expect(after.counters.connections).toBe(before.counters.connections);
    for (const name of ['inPackets', 'inBytes'] as const)
      expect(after.counters[name]).toBeGreaterThanOrEqual(before.counters[name]);
  });

  it('weights: what was said by hand', () => {
    expect(before.weights).toEqual([`${serverAddress(1)} 7`]);
    expect(after.weights).toEqual(before.weights);
  });

  it('check states: a server that is down stays down, with its reason, and nobody is told anything anew', () => {
    expect(before.checks.map(({ up }) => up)).toEqual([true, false]);
    // Every further failure counts in the reason; what was seen is the same.
    const plain = (checks: typeof before.checks) =>
      checks.map(({ reason, ...rest }) => ({ ...rest, reason: reason.replace(/, \d+ times in a row|[\d.]+ ms/, '') }));
    expect(plain(after.checks)).toEqual(plain(before.checks));
    for (const type of ['check', 'server', 'quorum', 'sorry-server'] as const)
      expect(lab.director.since(at, type)).toEqual([]);
  });
});

it('a file that cannot be used changes nothing, and says where it is wrong', async () => {
  const before = await state();
  lab.director.configure(
    `${configuration({ scheduler: 'rr', otherPort: 8003, delayLoop: 1 })}\nvirtual_sever x {\n}\n`,
  );
  const said = await lab.director.command('reload').catch((error: unknown) => String(error));
  expect(said).toMatch(/keepalived\.conf:\d+:1: error: unknown word "virtual_sever".*did you mean "virtual_server"/s);
  const after = await state();
  expect([after.ports, after.scheduler, after.weights]).toEqual([before.ports, before.scheduler, before.weights]);
});

it('what ipvsadm has taken out stays out, and reload and status say so', async () => {
  lab.director.configure(configuration({ scheduler: 'rr', otherPort: 8004, delayLoop: 1 }));
  expect(await lab.director.command('reload')).toBe('');
  await lab.ipvsadm(`-d -t ${VIP}:80 -r ${serverAddress(1)}:80`);
  await lab.ipvsadm(`-D -t ${VIP}:8004`);
  const how = 'was taken out of the table by hand and stays out until the director starts again';
  expect(await lab.director.command('reload')).toBe(
    `${serverAddress(1)}:80 of TCP ${VIP}:80 ${how}\nTCP ${VIP}:8004 ${how}\n`,
  );
  const status = await lab.director.command('status');
  expect(status).toContain(`  ${serverAddress(1)}:80 is not in the table: taken out by hand`);
  expect(status).toContain(`TCP ${VIP}:8004 is not in the table: taken out by hand`);
  await lab.ipvsadm('-C');
  expect(await lab.director.command('reload')).toContain(`TCP ${VIP}:80 ${how}`);
  expect((await state()).ports).toEqual([]);
});
