import { execFile } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drillReportSchema } from '../../provisioning/contract/index.ts';
import { relevoFolder } from '../integration/support/other-testbed.ts';
import { eventually, killQuietly, Relevo } from '../integration/support/relevo.ts';
import { cutTestbed } from './support/cut-testbed.ts';
import { checksOf, resultsOf, withoutDeclared } from './support/lab-checks.ts';
import { startProbe } from './support/probe.ts';
import { BOX, closeVirtualLab, environment, inside, leftovers, openVirtualLab, whole } from './support/virtual-lab.ts';

/* The TFG cut to what two processors can emulate, as real machines under libvirt, through the command line. */

const run = promisify(execFile);
const LAB = 'cut';
const NODES = ['nas', 'master', 'standby', 'web1', 'web2', 'dns1', 'client', 'internet'];
const UP_LIMIT_MS = 1_200_000;
const MACHINES = ['--provider', 'libvirt', '--box', BOX, '--internet', 'stand-in'];
const SLOW = { timeoutMs: UP_LIMIT_MS };

let folder = '';
let relevo: Relevo;
const on = (node: string, command: string): Promise<string> => relevo.on(node, command, LAB);
const stateOf = async (node: string): Promise<string | undefined> =>
  (await relevo.status(LAB)).nodes.find(({ name }) => name === node)?.state;
const pages = (count: number): Promise<string> =>
  on('client', `for i in $(seq ${count}); do curl -s -m 10 http://192.168.1.202/; echo; done`);

/** libvirt's own number of a machine: another one after it was made anew. */
const machineId = async (node: string): Promise<string> =>
  (await run('virsh', ['-q', '-c', 'qemu:///system', 'domuuid', `${LAB}-${node}`])).stdout.trim();

/** A command that takes minutes on an emulated machine, and must succeed. */
async function patiently(...args: string[]): Promise<string> {
  const outcome = await relevo.startWith(SLOW, ...args).outcome;
  if (outcome.exitCode !== 0) throw new Error(`relevo ${args.join(' ')} failed:\n${outcome.stderr}`);
  return outcome.stdout;
}

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
}, UP_LIMIT_MS + 300_000);

afterAll(async () => {
  await relevo.dispose();
  await closeVirtualLab();
  rmSync(folder, { recursive: true, force: true });
}, 300_000);

describe.skipIf(whole)('a start', () => {
  it(
    'makes, boots and configures every machine',
    async () => {
      await patiently('up', LAB, ...MACHINES);
      expect((await relevo.status(LAB)).phase).toBe('running');
    },
    UP_LIMIT_MS,
  );
});

describe.runIf(whole)('a start whose engine is killed', () => {
  it(
    'is told truly, and the next start goes on from there',
    async () => {
      const begun = relevo.startWith(SLOW, 'up', LAB, ...MACHINES);
      await eventually('two machines run', async () => (await leftovers()).includes(`${LAB}-master`), UP_LIMIT_MS);
      killQuietly((await relevo.enginePid()) ?? 0, 'SIGKILL');
      expect((await begun.outcome).exitCode).not.toBe(0);
      const { phase, nodes } = await relevo.status(LAB);
      expect(phase).toBe('failed');
      expect(nodes.find(({ name }) => name === 'client')?.state).toBe('off');
      const machine = await machineId('nas');
      await patiently('up', LAB, ...MACHINES);
      expect(await machineId('nas')).toBe(machine);
      expect((await relevo.status(LAB)).phase).toBe('running');
    },
    UP_LIMIT_MS,
  );
});

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
    expect(new Set((await pages(4)).match(/10\.0\.100\.[23]\b/g))).toEqual(new Set(['10.0.100.2', '10.0.100.3']));
  });

  it("answers names through the balancer, from the document's zone", async () => {
    expect((await on('client', 'dig +short @192.168.1.200 web1.lab.local')).trim()).toBe('10.0.100.2');
  });

  it("forwards by the kernel's own IPVS, whose table is the interface's live table", async () => {
    expect(await on('master', 'director status')).toMatch(/^forwarding: ipvs \(the kernel has IPVS/m);
    expect(await on('master', '/usr/sbin/ipvsadm -Ln')).toMatch(
      /TCP {2}192\.168\.1\.202:80 rr\n( {2}-> 10\.0\.100\.[23]:80 +Masq.*\n){2}/,
    );
    // Connections come and go between two looks, so both are taken until they meet.
    await eventually('both tables are the same', async () => {
      const kernel = await on('master', '/usr/sbin/ipvsadm -Ln');
      return `master:\n${kernel}\n` === (await relevo.succeed('ipvs', 'master', '--lab', LAB));
    });
    const { directors } = await relevo.status(LAB);
    const live = directors.find(({ node }) => node === 'master')?.snapshot?.services ?? [];
    const rules = live.flatMap(({ protocol, address, port, realServers }) =>
      realServers.map(
        (server) => `-a ${protocol === 'TCP' ? '-t' : '-u'} ${address}:${port} -r ${server.address}:${server.port}`,
      ),
    );
    const saved = (await on('master', '/usr/sbin/ipvsadm -Sn')).split('\n').filter((line) => line.startsWith('-a'));
    expect(saved.map((line) => line.split(' ').slice(0, 5).join(' ')).sort()).toEqual(rules.sort());
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
    await vagrant('halt', 'web2');
    expect(await stateOf('web2')).toBe('off');
    await patiently('start', 'web2', '--lab', LAB);
    expect(await stateOf('web2')).toBe('running');
    await eventually('it serves again', async () => (await pages(2)).includes('10.0.100.3'), 120_000);
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

describe('the machines', () => {
  it.runIf(whole)(
    'are halted in good order, and reloaded',
    async () => {
      // Stopped by an orderly end only: whoever loses power stops nothing.
      const witness = '--property=ExecStop="/bin/sh -c \'echo orderly > /root/witness; sync\'"';
      await on('web1', `systemd-run --quiet --unit witness --remain-after-exit ${witness} true`);
      await patiently('halt', 'web1', '--lab', LAB);
      expect(await stateOf('web1')).toBe('off');
      await patiently('reload', 'web1', '--lab', LAB);
      expect(await stateOf('web1')).toBe('running');
      expect(await on('web1', 'cat /root/witness')).toBe('orderly\n');
    },
    900_000,
  );

  it('go back together to a snapshot, whatever became of them since', async () => {
    await on(
      'nas',
      'echo precious > /data/www/precious.txt 2>/dev/null || echo precious > /home/data/www/precious.txt',
    );
    const boots = await on('web1', 'cat /proc/sys/kernel/random/boot_id');
    await relevo.succeed('snapshot', 'take', 'before', '--lab', LAB);
    await on('web1', 'rm -rf /etc/apache2; systemctl stop apache2');
    await on('nas', 'rm -f /data/www/precious.txt /home/data/www/precious.txt');
    await relevo.succeed('kill', 'dns1', '--lab', LAB);
    await relevo.succeed('cut', 'web2', 'internal', '--lab', LAB);
    await patiently('snapshot', 'restore', 'before', '--lab', LAB);
    expect((await relevo.status(LAB)).nodes.map(({ state }) => state)).toEqual(NODES.map(() => 'running'));
    expect(await on('web1', 'cat /proc/sys/kernel/random/boot_id')).toBe(boots);
    expect(await on('web1', 'cat /nfs/www/precious.txt')).toBe('precious\n');
    expect(Math.abs(Number(await on('web1', 'date +%s')) - Date.now() / 1000)).toBeLessThan(20);
    await eventually(
      'both serve',
      async () => new Set((await pages(4)).match(/10\.0\.100\.[23]\b/g)).size === 2,
      60_000,
    );
    expect((await relevo.json<{ name: string }[]>('snapshot', 'list', '--lab', LAB)).map(({ name }) => name)).toEqual([
      'before',
    ]);
    await patiently('snapshot', 'delete', 'before', '--lab', LAB);
    expect(await relevo.json('snapshot', 'list', '--lab', LAB)).toEqual([]);
  }, 900_000);
});

describe('the directors', () => {
  it.runIf(whole)(
    'are upgraded without a request that is not answered',
    async () => {
      // Another program to the byte, and the same to its users: what follows an executable is not read.
      appendFileSync(join(folder, 'dist', 'director', 'director'), Buffer.alloc(16));
      const probe = startProbe(relevo, LAB, 'http://192.168.1.202/');
      await patiently('upgrade', '--lab', LAB);
      const { requests, failed } = await probe.stop();
      expect(requests).toBeGreaterThan(20);
      expect(failed).toBe(0);
      const [, holder] = /VI_E: (\w+)/.exec(await on('master', 'director status')) ?? [];
      expect(holder).toBe('MASTER');
      const digest = (node: string): Promise<string> => on(node, 'sha256sum < /usr/local/sbin/director');
      expect(await digest('master')).toBe(await digest('standby'));
      expect(await patiently('upgrade', '--lab', LAB)).toMatch(/had it already[\s\S]*had it already/);
    },
    1_200_000,
  );

  it('forward by themselves, when they are told to', async () => {
    for (const node of ['standby', 'master'])
      await on(node, 'sed -i s/auto/packet/ /etc/default/relevo-director && systemctl restart relevo-director');
    await eventually(
      'the plane is the director’s own',
      async () => {
        const status = await on('master', 'director status 2>&1 || true');
        return /^forwarding: packet/m.test(status) && status.includes('VI_E: MASTER');
      },
      90_000,
    );
    expect(await on('master', '/usr/sbin/ipvsadm -Ln')).not.toContain('192.168.1.202:80');
    await eventually(
      'both serve',
      async () => new Set((await pages(4)).match(/10\.0\.100\.[23]\b/g)).size === 2,
      60_000,
    );
    expect(await on('master', '/usr/local/sbin/ipvsadm -Ln')).toMatch(
      /TCP {2}192\.168\.1\.202:80 rr\n( {2}-> 10\.0\.100\.[23]:80 +Masq.*\n){2}/,
    );
    for (const node of ['standby', 'master'])
      await on(node, 'sed -i s/packet/auto/ /etc/default/relevo-director && systemctl restart relevo-director');
  }, 400_000);
});

describe('the same checks', () => {
  it('have the same results on machines and in namespaces', async () => {
    const machines = await resultsOf(relevo, LAB, checksOf(relevo, LAB, 'director'));
    expect([...machines].filter(([, result]) => result !== true)).toEqual([]);
    await patiently('up', LAB, '--lab', 'quick');
    const namespaces = await resultsOf(relevo, 'quick', checksOf(relevo, 'quick', 'director'));
    expect(withoutDeclared(namespaces)).toEqual(withoutDeclared(machines));
    await relevo.succeed('down', '--lab', 'quick');
  }, 900_000);
});

describe.runIf(whole)('another lab', () => {
  it("of the document's own software runs beside it, passes its checks, and leaves it alone", async () => {
    await patiently('suspend', '--lab', LAB);
    expect(await stateOf('nas')).toBe('suspended');
    const before = await leftovers();
    const classic = ['up', LAB, '--lab', 'classic', ...MACHINES, '--stack', 'classic'];
    const cancelled = relevo.startWith(SLOW, ...classic);
    await eventually('two machines run', async () => (await leftovers()).includes('classic-master'), UP_LIMIT_MS);
    cancelled.process.kill('SIGINT');
    expect((await cancelled.outcome).exitCode).toBe(130);
    expect(await leftovers()).toEqual(before);
    await patiently(...classic);
    const results = await resultsOf(relevo, 'classic', checksOf(relevo, 'classic', 'classic'));
    expect([...results].filter(([, result]) => result !== true)).toEqual([]);
    expect(await relevo.on('master', 'ps -C keepalived,haproxy -o comm= | sort -u', 'classic')).toBe(
      'haproxy\nkeepalived\n',
    );
    await patiently('down', '--lab', 'classic');
    expect(await leftovers()).toEqual(before);
    await patiently('start', '--lab', LAB);
    await eventually('the first serves as before', async () => (await pages(2)).includes('10.0.100.3'), 60_000);
  }, 2_000_000);
});

describe.runIf(whole)('a computer that was switched off', () => {
  it(
    'finds the machines off, and starts them where their disks are',
    async () => {
      killQuietly((await relevo.enginePid()) ?? 0, 'SIGKILL');
      await closeVirtualLab();
      await openVirtualLab();
      const { phase, nodes } = await relevo.status(LAB);
      expect([phase, ...nodes.map(({ state }) => state)]).toEqual(['running', ...NODES.map(() => 'off')]);
      await patiently('start', '--lab', LAB);
      await eventually('it serves', async () => (await pages(4)).includes('10.0.100.3'), 120_000);
    },
    UP_LIMIT_MS,
  );
});

describe('the end', () => {
  it('leaves no machine and no network behind', async () => {
    expect(await leftovers()).not.toEqual([]);
    await relevo.startWith({ timeoutMs: 300_000 }, 'down', '--lab', LAB).outcome;
    expect(await leftovers()).toEqual([]);
  }, 400_000);
});
