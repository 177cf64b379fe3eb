import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { directorSnapshotSchema } from '../../director/index.ts';
import { drillReportSchema } from '../../provisioning/contract/index.ts';
import { eventually } from './support/relevo.ts';
import { stopDirector, TfgLab } from './support/lab.ts';

/* Debian's keepalived, its VRRP part only (the kernel here need not have IPVS), in the place of one of our directors. */

let lab: TfgLab;
beforeAll(async () => {
  lab = await TfgLab.up();
});
afterAll(() => lab.relevo.dispose());

const startKeepalived =
  'setsid keepalived --vrrp --dont-fork --log-console --log-detail > /var/log/keepalived.log 2>&1 < /dev/null & sleep 0.2';

async function replaceWithKeepalived(node: string): Promise<void> {
  await lab.on(node, stopDirector);
  await lab.on(node, startKeepalived);
}

/** Back to what the testbed says: the node boots with our director. */
async function reboot(node: string): Promise<void> {
  await lab.relevo.run('kill', node);
  await lab.relevo.succeed('start', node);
  await eventually('the master has the addresses', () => lab.isHeldBy('master'), 20_000);
}

describe('real keepalived as standby', () => {
  afterEach(() => reboot('standby'));

  it('is the version that the document’s successors run', async () => {
    expect(await lab.on('standby', 'keepalived --version 2>&1')).toContain('v2.2.7');
  });

  it('stays backup under our master, takes over in theory’s time when it dies, and gives back', async () => {
    await replaceWithKeepalived('standby');
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(await lab.isHeldBy('master')).toBe(true);
    const log = await lab.on('standby', 'cat /var/log/keepalived.log');
    expect(log).toContain('Entering BACKUP STATE');
    expect(log).not.toMatch(/MASTER STATE|bogus|incorrect|mismatch|ignor/i);

    // Nobody forwards on the standby now, so the services stay away until our master is back; its addresses move.
    const report = drillReportSchema.parse(await lab.relevo.json('drill', 'kill-master'));
    const added = report.events.filter((event) => event.type === 'address' && event.action === 'added');
    expect(added.slice(0, 3).map((event) => event.type === 'address' && event.node)).toEqual(Array(3).fill('standby'));
    expect(report.measuredTakeoverMs).toBeGreaterThan(3550);
    expect(report.measuredTakeoverMs).toBeLessThan(3800);
    expect(report.addressSpreadMs).toBeLessThan(100);
    expect(report.healed).toBe(true);
    expect(await lab.isHeldBy('master')).toBe(true);
  });

  it('takes over within its skew when our master leaves in peace', async () => {
    await replaceWithKeepalived('standby');
    await new Promise((resolve) => setTimeout(resolve, 4000));
    const begin = performance.now();
    await lab.on('master', stopDirector.replace('sleep 1', 'true'));
    await eventually('keepalived has the addresses', () => lab.isHeldBy('standby'), 5000);
    // Priority 0 leaves 0.61 s of skew; the rest is the way of these commands.
    expect(performance.now() - begin).toBeLessThan(3000);
    await reboot('master');
  });
});

describe('real keepalived as master', () => {
  afterEach(() => reboot('master'));

  it('wins the election against our standby, which stays backup and takes over when it dies', async () => {
    await lab.on('master', stopDirector);
    await eventually('our standby has the addresses', () => lab.isHeldBy('standby'));
    await lab.on('master', startKeepalived);
    await eventually('keepalived has the addresses', () => lab.isHeldBy('master'), 20_000);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(await lab.isHeldBy('master')).toBe(true);

    await lab.relevo.succeed('kill', 'master');
    const begin = performance.now();
    await eventually('our standby has the addresses', () => lab.isHeldBy('standby', ['standby']), 8000);
    const takeoverMs = performance.now() - begin;
    expect(takeoverMs).toBeGreaterThan(2400);
    expect(takeoverMs).toBeLessThan(4500);
    expect(new Set((await lab.askPage(3)).map((page) => page.server)).size).toBe(3);
  });

  it('takes its addresses back from our standby after a reboot', async () => {
    await replaceWithKeepalived('master');
    await eventually('keepalived has the addresses', () => lab.isHeldBy('master'), 20_000);
    const { instances } = directorSnapshotSchema.parse(JSON.parse(await lab.on('standby', 'director status --json')));
    expect(instances.map((instance) => instance.state)).toEqual(['BACKUP', 'BACKUP']);
    expect(instances.map((instance) => instance.masterAddress)).toEqual(['192.168.1.101', '10.0.100.1']);
  });
});
