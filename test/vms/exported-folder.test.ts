import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { relevoFolder } from '../integration/support/other-testbed.ts';
import { Relevo } from '../integration/support/relevo.ts';
import { cutTestbed } from './support/cut-testbed.ts';
import { BOX, closeVirtualLab, environment, inside, leftovers, openVirtualLab, whole } from './support/virtual-lab.ts';

/* The exported folder with nothing but Vagrant: what a student does who never heard of Relevo. */

const run = promisify(execFile);
const LAB = 'alone';
const NODES = ['nas', 'master', 'standby', 'web1', 'web2', 'dns1', 'client', 'internet'];
const UP_LIMIT_MS = 2_400_000;
/** Somebody else's, whom nothing of ours may touch. */
const FOREIGN = 'somebody-else';

let place = '';

async function inFolder(program: string, ...args: string[]): Promise<string> {
  const [command, parameters] = inside(program, ...args);
  const options = {
    cwd: join(place, 'laboratorio de Noa'),
    env: { ...process.env, ...environment },
    maxBuffer: 1 << 26,
  };
  const { stdout, stderr } = await run(command, parameters, { ...options, timeout: UP_LIMIT_MS }).catch(
    (error: unknown) => {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${program} ${args.join(' ')} failed:\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`, {
        cause: error,
      });
    },
  );
  return stdout + stderr;
}

const virsh = (...args: string[]): Promise<unknown> => run('virsh', ['-q', '-c', 'qemu:///system', ...args]);

beforeAll(async () => {
  if (!whole) return;
  await openVirtualLab();
  place = mkdtempSync(join(tmpdir(), 'relevo-alone-'));
  const relevo = relevoFolder(['electron', 'renderer']);
  cutTestbed(join(relevo, 'dist', 'testbeds'), 'tfg', LAB, NODES);
  const command = new Relevo(join(place, 'state'), environment, relevo);
  const target = join(place, 'laboratorio de Noa');
  const options = ['--provider', 'libvirt', '--box', BOX, '--internet', 'stand-in'];
  await command.succeed('export', 'vagrantfile', LAB, '-o', target, ...options);
  rmSync(relevo, { recursive: true });
  const domain = join(place, 'foreign.xml');
  writeFileSync(
    domain,
    `<domain type="qemu"><name>${FOREIGN}</name><memory unit="MiB">16</memory><os><type>hvm</type></os></domain>`,
  );
  await virsh('define', domain);
}, 600_000);

afterAll(async () => {
  if (!whole) return;
  await virsh('undefine', FOREIGN).catch(() => undefined);
  await closeVirtualLab();
  rmSync(place, { recursive: true, force: true });
}, 300_000);

it.runIf(whole)(
  'becomes the lab by "vagrant up", and passes its own verify.sh',
  async () => {
    await inFolder('vagrant', 'up', '--provider', 'libvirt');
    const verdict = await inFolder('sh', 'verify.sh');
    expect(verdict).toMatch(/^[1-9]\d+ passed, 0 failed, 0 skipped\.$/m);
    expect(verdict).toContain('ok    http://192.168.1.202/ is answered by web1 and web2 in turn');
  },
  UP_LIMIT_MS,
);

it.runIf(whole)(
  'changes nothing when it is provisioned again, and still passes',
  async () => {
    const since = (): Promise<string[]> =>
      Promise.all(
        [
          ['web1', 'apache2'],
          ['master', 'relevo-director'],
        ].map(([node = '', unit = '']) =>
          inFolder('vagrant', 'ssh', node, '-c', `systemctl show -p ActiveEnterTimestamp ${unit}`),
        ),
      );
    const before = await since();
    await inFolder('vagrant', 'provision', 'web1', 'master');
    expect(await since()).toEqual(before);
    expect(await inFolder('sh', 'verify.sh')).toMatch(/ 0 failed, 0 skipped\.$/m);
  },
  UP_LIMIT_MS,
);

it.runIf(whole)(
  'leaves nothing behind but what is somebody else’s',
  async () => {
    await inFolder('vagrant', 'destroy', '--force');
    expect(await leftovers()).toEqual([FOREIGN]);
  },
  600_000,
);
