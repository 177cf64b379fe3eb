import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, killQuietly } from './support/relevo.ts';
import { TfgLab } from './support/lab.ts';

const run = promisify(execFile);

let lab: TfgLab;
beforeAll(async () => {
  lab = await TfgLab.up();
});
afterAll(() => lab.relevo.dispose());

/** When each node's first process began, in ticks since the machine's boot. */
async function beginnings(): Promise<string[]> {
  const nodes = ['nas', 'master', 'standby', 'web1', 'dns3', 'client'];
  return Promise.all(nodes.map(async (node) => (await lab.on(node, 'cut -d " " -f 22 /proc/1/stat')).trim()));
}

async function killEngine(): Promise<number> {
  const pid = await lab.relevo.enginePid();
  killQuietly(pid!, 'SIGKILL');
  return pid!;
}

describe('after the engine was killed', () => {
  it('the next command takes the running lab over: no node was restarted, and it still balances', async () => {
    const before = await beginnings();
    const old = await killEngine();
    const status = await lab.status();
    expect(status.phase).toBe('running');
    expect(status.reattachedAt).toBeGreaterThan(0);
    expect(status.nodes.every((node) => node.state === 'running')).toBe(true);
    expect(await lab.relevo.enginePid()).not.toBe(old);
    expect(await beginnings()).toEqual(before);
    expect(new Set((await lab.askPage(3)).map((page) => page.server)).size).toBe(3);
  });

  it('re-attaches in less than two seconds, start of the engine included', async () => {
    await killEngine();
    const { exitCode, milliseconds } = await lab.relevo.run('status');
    expect(exitCode).toBe(0);
    expect(milliseconds).toBeLessThan(2000);
  });

  it('remembers what was broken', async () => {
    await lab.relevo.succeed('kill', 'web2');
    await lab.relevo.succeed('cut', 'web3', 'internal');
    await killEngine();
    const { nodes } = await lab.status();
    expect(nodes.find((node) => node.name === 'web2')?.state).toBe('off');
    expect(nodes.find((node) => node.name === 'web3')?.interfaces[0]?.cable).toBe('cut');
    await lab.relevo.succeed('start', 'web2');
    await lab.relevo.succeed('restore', 'web3', 'internal');
    await eventually('all web servers answer again', async () => {
      const pages = await lab.askPage(3);
      return new Set(pages.map((page) => page.server)).size === 3;
    });
  });

  it('terminals can be opened', async () => {
    await killEngine();
    const root = join(import.meta.dirname, '..', '..');
    // script(1) gives the command a terminal; what is typed is fed to it line by line.
    const typed = `{ sleep 1; echo 'tty; echo sum $((40+2)); exit'; sleep 1; } | script -qec 'node bin/relevo.js ssh web1' /dev/null`;
    const env = { ...process.env, RELEVO_STATE: lab.relevo.state, TERM: 'xterm' };
    const { stdout } = await run('sh', ['-c', typed], { cwd: root, env, timeout: 30_000 });
    expect(stdout).toMatch(/\/dev\/pts\/\d+/);
    expect(stdout).toContain('sum 42');
  });

  it('a drill can be run', async () => {
    await killEngine();
    const report = await lab.relevo.json<{ healed: boolean }>('drill', 'kill-master');
    expect(report.healed).toBe(true);
  });
});
