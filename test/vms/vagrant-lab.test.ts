import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drillReportSchema } from '../../provisioning/contract/index.ts';
import { relevoFolder } from '../integration/support/other-testbed.ts';
import { eventually, killQuietly, Relevo } from '../integration/support/relevo.ts';
import { cutTestbed } from './support/cut-testbed.ts';
import { BOX, closeVirtualLab, environment, inside, leftovers, openVirtualLab } from './support/virtual-lab.ts';

/* The TFG cut to what two processors can emulate, as real machines under libvirt, through the command line. */

const run = promisify(execFile);
const LAB = 'cut';
const NODES = ['nas', 'master', 'standby', 'web1', 'web2', 'dns1', 'client', 'internet'];
const UP_LIMIT_MS = 1_200_000;

let folder = '';
let relevo: Relevo;
const on = (node: string, command: string): Promise<string> => relevo.on(node, command, LAB);

/** Vagrant as a user has it at hand, in the lab's own folder. */
async function vagrant(...args: string[]): Promise<void> {
  const [program, parameters] = inside('vagrant', ...args);
  const cwd = join(relevo.state, 'labs', LAB, 'machines');
  await run(program, parameters, { cwd, env: { ...process.env, ...environment }, timeout: 300_000 });
}

beforeAll(async () => {
  await openVirtualLab();
  folder = relevoFolder(['electron', 'renderer']);
  cutTestbed(join(folder, 'dist', 'testbeds'), 'tfg', LAB, NODES);
  const [program, parameters] = inside('env');
  relevo = await Relevo.create(environment, folder, [program, ...parameters]);
  const options = ['--provider', 'libvirt', '--box', BOX, '--internet', 'stand-in'];
  const outcome = await relevo.startWith({ timeoutMs: UP_LIMIT_MS }, 'up', LAB, ...options).outcome;
  if (outcome.exitCode !== 0) throw new Error(`relevo up failed:\n${outcome.stderr}`);
}, UP_LIMIT_MS + 300_000);

afterAll(async () => {
  await relevo.dispose();
  await closeVirtualLab();
  rmSync(folder, { recursive: true, force: true });
}, 300_000);

describe('the lab', () => {
  it('has every machine running, with the names and addresses of the document', async () => {
    const status = await relevo.status(LAB);
    expect(status.nodes.map(({ name, state }) => [name, state])).toEqual(
      expect.arrayContaining(NODES.map((name) => [name, 'running'])),
    );
    const addresses = new Map(status.nodes.map(({ name, interfaces }) => [name, interfaces[0]?.addresses ?? []]));
    expect(addresses.get('web1')).toContain('10.0.100.2');
    expect(addresses.get('dns1')).toContain('10.0.100.5');
    expect(await on('web1', 'hostname')).toMatch(/^(cluster2|web1)/);
  });

  it('serves pages of both web servers in turn at the virtual address', async () => {
    const pages = await on('client', 'for i in 1 2 3 4; do curl -s -m 10 http://192.168.1.202/; echo; done');
    expect(new Set(pages.match(/10\.0\.100\.[23]\b/g))).toEqual(new Set(['10.0.100.2', '10.0.100.3']));
  });

  it("answers names through the balancer, from the document's zone", async () => {
    expect((await on('client', 'dig +short @192.168.1.200 web1.lab.local')).trim()).toBe('10.0.100.2');
  });

  it("forwards by the kernel's own IPVS, which our director programs", async () => {
    expect(await on('master', 'director status')).toMatch(/^forwarding: ipvs \(the kernel has IPVS/m);
    expect(await on('master', '/usr/sbin/ipvsadm -Ln')).toMatch(
      /TCP {2}192\.168\.1\.202:80 rr\n( {2}-> 10\.0\.100\.[23]:80 +Masq.*\n){2}/,
    );
  });

  it('shares files by real NFS, and says so', async () => {
    expect((await relevo.status(LAB)).sharing.kind).toBe('nfs');
    expect(await on('web1', 'findmnt -no FSTYPE /nfs')).toMatch(/^nfs4?\n/);
    await on('nas', 'echo fresh > /home/data/www/fresh.txt 2>/dev/null || echo fresh > /data/www/fresh.txt');
    await eventually('the page is there', async () =>
      (await on('web1', 'cat /nfs/www/fresh.txt || true')).includes('fresh'),
    );
  });

  it('carries 8,900 bytes in one frame of the inner network', async () => {
    expect(await on('master', 'ping -c 1 -W 5 -M do -s 8900 10.0.100.2')).toContain(' 0% packet loss');
  });
});

describe('faults', () => {
  it('a cut cable is seen, and mended', async () => {
    await relevo.succeed('cut', 'web2', 'internal', '--lab', LAB);
    const cable = async (): Promise<string | undefined> =>
      (await relevo.status(LAB)).nodes.find(({ name }) => name === 'web2')?.interfaces[0]?.cable;
    expect(await cable()).toBe('cut');
    await expect(on('master', 'ping -c 1 -W 2 10.0.100.3')).rejects.toThrow();
    await relevo.succeed('restore', 'web2', 'internal', '--lab', LAB);
    expect(await cable()).toBe('connected');
    await eventually('web2 answers', async () =>
      (await on('master', 'ping -c 1 -W 2 10.0.100.3 || true')).includes(' 0%'),
    );
  });

  it('the drill kill-master measures the outage, and heals', async () => {
    const outcome = await relevo.startWith(
      { timeoutMs: 600_000 },
      'drill',
      'kill-master',
      '--lab',
      LAB,
      '--rate',
      '10',
      '--json',
    ).outcome;
    expect(outcome.stderr).toBe('');
    const report = drillReportSchema.parse(JSON.parse(outcome.stdout));
    expect(report.healed).toBe(true);
    expect(report.services[0]?.outageMs).toBeGreaterThan(1000);
    expect(report.services[0]?.outageMs).toBeLessThan(15_000);
  }, 700_000);

  it('what somebody does with vagrant by hand is true in the next status', async () => {
    const state = async (node: string): Promise<string | undefined> =>
      (await relevo.status(LAB)).nodes.find(({ name }) => name === node)?.state;
    await vagrant('halt', 'web2');
    expect(await state('web2')).toBe('off');
    await relevo.startWith({ timeoutMs: 300_000 }, 'start', 'web2', '--lab', LAB).outcome;
    expect(await state('web2')).toBe('running');
    await eventually(
      'it serves again',
      async () =>
        (await on('client', 'for i in 1 2; do curl -s -m 10 http://192.168.1.202/; done')).includes('10.0.100.3'),
      120_000,
    );
  }, 700_000);
});

describe('an engine that died', () => {
  it('is replaced by one that takes the machines over as they are', async () => {
    const before = await on('nas', 'cat /proc/sys/kernel/random/boot_id');
    const pid = await relevo.enginePid();
    killQuietly(pid ?? 0, 'SIGKILL');
    const status = await relevo.status(LAB);
    expect(status.reattachedAt).toBeGreaterThan(0);
    expect(status.nodes.every(({ state }) => state === 'running')).toBe(true);
    expect(await on('nas', 'cat /proc/sys/kernel/random/boot_id')).toBe(before);
  });
});

describe('the end', () => {
  it('leaves no machine and no network behind', async () => {
    expect(await leftovers()).not.toEqual([]);
    await relevo.startWith({ timeoutMs: 300_000 }, 'down', '--lab', LAB).outcome;
    expect(await leftovers()).toEqual([]);
  }, 400_000);
});
