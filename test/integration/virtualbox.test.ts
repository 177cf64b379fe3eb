import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { machineOptionsSchema } from '../../provisioning/contract/index.ts';
import type { RelevoError } from '../../provisioning/contract/index.ts';
import { machinesOf, writeMachinesFolder } from '../../provisioning/providers/vagrant/machines-folder.ts';
import { VagrantRuntime } from '../../provisioning/providers/vagrant/runtime.ts';
import { Vagrant } from '../../provisioning/providers/vagrant/vagrant.ts';
import { testbedNamed } from '../../provisioning/recipes/fixtures/recipes-of.ts';
import { virtualBoxDriver, virtualBoxVersion } from '../../provisioning/virtualbox/index.ts';
import { forMachines } from '../../testbeds/exporters/vagrant/machines.ts';
import type { MachineLab } from '../../testbeds/exporters/vagrant/machines.ts';
import { readState, stubs, writeState } from './support/virtualbox-state.ts';
import type { VirtualBoxState } from './support/virtualbox-state.ts';

/**
 * The provider on a VirtualBox and a Vagrant that are not there: two programs that keep machines in a file, answer with their words
 * and refuse what they refuse (test/fixtures/virtualbox). docs/virtualbox.md says which of their words were seen on real ones.
 */
const path = process.env['PATH'] ?? '';

let place = '';
let lab: MachineLab;
let vagrant: Vagrant;
let runtime: VagrantRuntime;

const state = (): VirtualBoxState => readState(place);
const set = (change: Partial<VirtualBoxState>): void => writeState(place, { ...state(), ...change });
const byHand = (program: 'VBoxManage' | 'vagrant', ...args: string[]): string =>
  execFileSync(program, args, { cwd: vagrant.folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const stateOf = (name: string): string | undefined => state().machines.find((one) => one.name === name)?.state;
const power = (node: string): string | undefined => runtime.nodes().find((one) => one.node === node)?.power;
const cut = (node: string): readonly string[] | undefined => runtime.nodes().find((one) => one.node === node)?.cut;
const portOf = (node: string): number | undefined =>
  (JSON.parse(readFileSync(join(vagrant.folder, 'ssh-places.json'), 'utf8')) as Record<string, { port: number }>)[node]
    ?.port;
const failure = (what: Promise<unknown>): Promise<RelevoError> =>
  what.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error as RelevoError,
  );

/** As after a restart of the engine. */
const another = (): VagrantRuntime => new VagrantRuntime(lab, vagrant, virtualBoxDriver(), 800);

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'máquinas de Noa '));
  writeState(place, { version: '7.0.20r163906', unlockMs: 300, calls: [], faults: {}, machines: [] });
  process.env['PATH'] = `${join(stubs, 'vagrant')}:${stubs}:${path}`;
  process.env['VBOX_STAND_IN'] = place;
  const machines = machineOptionsSchema.parse({ stack: 'classic' });
  const testbed = forMachines(await testbedNamed('tfg'), machines.internet);
  const specification = { provider: 'vagrant' as const, lab: 'tfg', id: 'abc', directory: place, machines, testbed };
  const whole = machinesOf(testbed, specification);
  lab = { ...whole, machines: whole.machines.filter(({ node }) => ['nas', 'master', 'web1'].includes(node.name)) };
  await writeMachinesFolder(specification, lab, { hostPrivateKey: 'host', authorizedKey: 'key' });
  vagrant = new Vagrant(join(place, 'machines'), 'virtualbox');
  runtime = another();
});

afterEach(() => {
  runtime.detach();
  process.env['PATH'] = path;
  delete process.env['VBOX_STAND_IN'];
  delete process.env['VAGRANT_STAND_IN_DELAY'];
  delete process.env['VAGRANT_HOME'];
  rmSync(place, { recursive: true });
});

const nodes = ['nas', 'master', 'web1'] as const;

describe.each(['7.0.20r163906', '7.1.4r165100'])('VirtualBox %s', (version) => {
  beforeEach(() => set({ version }));

  test('machines are made one by one, boot together, and tell how far they are', async () => {
    expect(await virtualBoxVersion()).toBe(version.split('r')[0]);
    expect(await runtime.find()).toBe(false);
    const told: string[] = [];
    // The first goes on booting only when the second is being made: one that waited for it would wait for ever.
    const hold = join(vagrant.folder, 'hold-nas');
    writeFileSync(hold, '');
    const hear = (message: string): void => {
      told.push(message);
      if (message === 'master: Cloning VM...') rmSync(hold);
    };
    await Promise.all(
      nodes.map((node) => runtime.startNode(node, { onProgress: (message) => hear(`${node}: ${message}`) })),
    );
    expect(nodes.map(power)).toEqual(['on', 'on', 'on']);
    expect(state().machines.map(({ name }) => name)).toEqual(['tfg-nas', 'tfg-master', 'tfg-web1']);
    const at = (message: string): number => told.indexOf(message);
    expect(at('master: Cloning VM...')).toBeGreaterThan(at('nas: Booting VM...'));
    expect(told.join('\n')).toMatch(/^web1: 22 \(guest\) => 22\d\d \(host\) \(adapter 1\)$/m);
    expect(told).toContain('web1: Setting the name of the VM: tfg-web1');
    expect(new Set(nodes.map(portOf)).size).toBe(3);
  });

  test('power, pause, memory and cables of one machine', async () => {
    await runtime.startNode('web1');
    await runtime.freezeNode('web1');
    expect([power('web1'), stateOf('tfg-web1')]).toEqual(['frozen', 'paused']);
    await runtime.thawNode('web1');
    expect([power('web1'), stateOf('tfg-web1')]).toEqual(['on', 'running']);

    await runtime.cutLink('web1', 'internal');
    expect([cut('web1'), state().calls.at(-1)]).toEqual([['internal'], 'controlvm tfg-web1 setlinkstate2 off']);
    await runtime.restoreLink('web1', 'internal');
    expect(cut('web1')).toEqual([]);
    expect(await failure(runtime.cutLink('web1', 'moon'))).toMatchObject({ code: 'UNKNOWN_NETWORK' });

    // The memory is written, the process not yet gone: what comes next waits for it.
    set({ unlockMs: 2000, calls: [] });
    await runtime.machines.suspendNode('web1');
    expect([power('web1'), stateOf('tfg-web1')]).toEqual(['suspended', 'saved']);
    await runtime.startNode('web1');
    expect([power('web1'), stateOf('tfg-web1')]).toEqual(['on', 'running']);
    expect(state().calls.filter((call) => call.startsWith('startvm')).length).toBeGreaterThan(1);
    set({ unlockMs: 300 });

    await runtime.killNode('web1');
    expect([power('web1'), stateOf('tfg-web1')]).toEqual(['off', 'poweroff']);
    await runtime.startNode('web1');
    expect([power('web1'), stateOf('tfg-web1')]).toEqual(['on', 'running']);
  });

  test('a machine that is asked shuts down; one that does not listen is shut down by Vagrant', async () => {
    await runtime.startNode('web1');
    await runtime.haltNode('web1', () =>
      Promise.resolve(void byHand('VBoxManage', 'controlvm', 'tfg-web1', 'poweroff')),
    );
    expect([power('web1'), stateOf('tfg-web1')]).toEqual(['off', 'poweroff']);
    await runtime.startNode('web1');
    await runtime.haltNode('web1', () => Promise.reject(new Error('the connection broke')));
    expect([power('web1'), stateOf('tfg-web1')]).toEqual(['off', 'poweroff']);
  });

  test('snapshots of machines that are on and off: taken, listed, restored, deleted', async () => {
    await Promise.all([runtime.startNode('web1'), runtime.startNode('nas')]);
    await runtime.killNode('nas');
    await runtime.freezeNode('web1');
    expect(await runtime.machines.snapshots('web1')).toEqual([]);
    for (const node of ['web1', 'nas']) await runtime.machines.takeSnapshot(node, 'before');
    await runtime.thawNode('web1');
    await runtime.startNode('nas');
    await runtime.cutLink('web1', 'internal');
    for (const node of ['web1', 'nas']) await runtime.machines.takeSnapshot(node, 'after: cut');
    expect(await runtime.machines.snapshots('web1')).toEqual(['before', 'after: cut']);

    await runtime.machines.restoreSnapshot('web1', 'before', true);
    await runtime.machines.restoreSnapshot('nas', 'before', false);
    expect([power('web1'), stateOf('tfg-web1'), cut('web1')]).toEqual(['frozen', 'paused', []]);
    expect([power('nas'), stateOf('tfg-nas')]).toEqual(['off', 'poweroff']);
    await runtime.thawNode('web1');

    // VirtualBox keeps a tree: the later one hangs on the earlier.
    const refused = await failure(runtime.machines.deleteSnapshot('web1', 'before'));
    expect(refused.message).toContain('it is the current snapshot and has one child snapshot');
    expect(refused.detail.hint).toContain('taken after it');
    await runtime.machines.deleteSnapshot('web1', 'after: cut');
    await runtime.machines.deleteSnapshot('web1', 'before');
    expect(await runtime.machines.snapshots('web1')).toEqual([]);
    const absent = await failure(runtime.machines.restoreSnapshot('nas', 'never', false));
    expect([absent.code, absent.detail.cause]).toEqual(['MACHINE_FAILED', expect.stringContaining('removed by hand')]);
  });
});

describe('what somebody does by hand', () => {
  test('is seen: halted, paused, suspended, started, removed', async () => {
    await Promise.all(nodes.map((node) => runtime.startNode(node)));
    const lost: string[] = [];
    runtime.onLost((reason) => lost.push(reason));
    byHand('vagrant', 'halt', 'web1');
    byHand('VBoxManage', 'controlvm', 'tfg-nas', 'pause');
    byHand('VBoxManage', 'controlvm', 'tfg-master', 'savestate');
    await runtime.refresh();
    expect(nodes.map(power)).toEqual(['frozen', 'suspended', 'off']);

    // Woken behind our back, and asked to wake before the next look.
    await new Promise((resolve) => setTimeout(resolve, 350));
    byHand('VBoxManage', 'startvm', 'tfg-master');
    await runtime.startNode('master');
    expect(power('master')).toBe('on');

    byHand('vagrant', 'destroy', '--force');
    await runtime.refresh();
    expect([nodes.map(power), lost]).toEqual([['off', 'off', 'off'], ['Its machines were removed.']]);
  });

  test('a machine that comes back on another port is asked for there', async () => {
    for (const node of nodes) await runtime.startNode(node);
    expect(nodes.map(portOf)).toEqual([2222, 2200, 2201]);
    byHand('vagrant', 'halt');
    await runtime.refresh();
    await new Promise((resolve) => setTimeout(resolve, 350));
    byHand('vagrant', 'up', 'web1');
    await runtime.refresh();
    expect([power('web1'), portOf('web1')]).toEqual(['on', 2222]);
    // And while no engine ran.
    byHand('vagrant', 'up', 'nas');
    const next = another();
    expect(await next.find()).toBe(true);
    expect([portOf('nas'), portOf('web1')]).toEqual([2200, 2222]);
  });

  test('switched off already, a machine is not killed but the reason told', async () => {
    await runtime.startNode('web1');
    byHand('VBoxManage', 'controlvm', 'tfg-web1', 'poweroff');
    const refused = await failure(runtime.killNode('web1'));
    expect(refused).toMatchObject({
      code: 'MACHINE_FAILED',
      message: `"VBoxManage controlvm tfg-web1 poweroff" failed: Machine 'tfg-web1' is not currently running.`,
      detail: {
        cause: expect.stringContaining('by hand') as string,
        hint: expect.stringContaining('status') as string,
      },
    });
  });

  test('a machine of the same name, made by somebody else, is left alone and told', async () => {
    set({ machines: [{ name: 'tfg-web1', uuid: 'mine', state: 'poweroff', cables: {}, snapshots: [] }] as never });
    const refused = await failure(runtime.startNode('web1'));
    expect(refused.detail.hint).toContain('--lab');
    await vagrant.destroy();
    expect(state().machines.map(({ name }) => name)).toEqual(['tfg-web1']);
  });
});

describe('what goes wrong', () => {
  test('guru meditation: it stands still, cannot go on, and starts again after its power was cut', async () => {
    await runtime.startNode('web1');
    set({ machines: state().machines.map((one) => ({ ...one, state: 'gurumeditation' })) });
    await runtime.refresh();
    expect(power('web1')).toBe('frozen');
    expect((await failure(runtime.thawNode('web1'))).detail.hint).toBeDefined();
    await runtime.killNode('web1');
    await runtime.startNode('web1');
    expect(power('web1')).toBe('on');
  });

  test.each([
    ['vt-x-missing.txt', 'VT-x is not available (VERR_VMX_NO_VMX)', /relevo doctor/],
    [
      'vt-x-in-use.txt',
      'VT-x is being used by another hypervisor (VERR_VMX_IN_VMX_ROOT_MODE).',
      /modprobe -r kvm_intel/,
    ],
  ])('no virtualization: %s, from Vagrant and when one wakes', async (fault, sentence, hint) => {
    set({ faults: { startvm: fault } });
    const refused = await failure(runtime.startNode('web1'));
    expect(refused).toMatchObject({ code: 'MACHINE_FAILED', detail: { hint: expect.stringMatching(hint) as string } });
    expect(refused.message).toBe(
      `"vagrant up web1 --provider virtualbox --no-destroy-on-error --machine-readable" failed: ${sentence}`,
    );
    // Made, though it did not start: the next status is true, and a start goes on from there.
    expect([power('web1'), stateOf('tfg-web1')]).toEqual(['off', 'poweroff']);
    set({ faults: {} });
    await runtime.startNode('web1');
    await runtime.machines.suspendNode('web1');
    set({ faults: { startvm: fault } });
    expect((await failure(runtime.startNode('web1'))).message).toContain(`failed: ${sentence}`);
    expect(power('web1')).toBe('suspended');
  });

  test.each([
    [{ box: 'missing' } as const, /The box 'bento\/debian-13' could not be found/, /vagrant box list/],
    [{ ssh: 'silent' } as const, /Timed out while waiting for the machine to boot/, /fewer machines/],
  ])('%o is explained', async (faults, message, hint) => {
    set({ faults });
    const refused = await failure(runtime.startNode('web1'));
    expect(refused.message).toMatch(message);
    expect(refused.detail.hint).toMatch(hint);
  });

  test('a machine that another vagrant works on is waited for', async () => {
    await runtime.startNode('web1');
    await runtime.killNode('web1');
    const lock = join(vagrant.folder, '.vagrant', 'locked');
    writeFileSync(lock, '');
    const told: string[] = [];
    const onProgress = (message: string): void => {
      told.push(message);
      if (message.startsWith('Waiting: another')) rmSync(lock);
    };
    await runtime.startNode('web1', { onProgress });
    expect(told[0]).toBe('Waiting: another vagrant command works on this machine');
    expect(power('web1')).toBe('on');
  });

  test('a start that is cancelled before its turn makes nothing; one whose machine is being made ends when it boots', async () => {
    process.env['VAGRANT_STAND_IN_DELAY'] = '300';
    const stop = new AbortController();
    const told: string[] = [];
    const first = failure(
      runtime.startNode('nas', {
        signal: stop.signal,
        onProgress: (message) => {
          told.push(message);
          if (message.startsWith('Setting the name')) stop.abort();
        },
      }),
    );
    const second = failure(runtime.startNode('web1', { signal: stop.signal }));
    expect([(await first).code, (await second).code]).toEqual(['CANCELLED', 'CANCELLED']);
    expect(told).toContain('Booting VM...');
    expect(told).not.toContain('Machine booted and ready!');
    // Vagrant noted it, so that it can be removed.
    expect(state().machines.map(({ name }) => name)).toEqual(['tfg-nas']);
    await vagrant.destroy();
    expect(state().machines).toEqual([]);
  });

  test('a start that is cancelled after the machine boots leaves it to be told true', async () => {
    process.env['VAGRANT_STAND_IN_DELAY'] = '300';
    const stop = new AbortController();
    const start = runtime.startNode('nas', {
      signal: stop.signal,
      onProgress: (message) => {
        if (message.startsWith('SSH address')) stop.abort();
      },
    });
    expect((await failure(start)).code).toBe('CANCELLED');
    expect([power('nas'), stateOf('tfg-nas')]).toEqual(['on', 'running']);
    await vagrant.destroy();
    await runtime.refresh();
    expect([power('nas'), state().machines]).toEqual(['off', []]);
  });
});

test('a real Vagrant sees and does with these machines what the one of words does', async () => {
  await Promise.all([runtime.startNode('nas'), runtime.startNode('web1')]);
  await runtime.killNode('nas');
  process.env['PATH'] = `${stubs}:${path}`;
  process.env['VAGRANT_HOME'] = join(place, 'vagrant home');
  const states = await vagrant.status();
  expect(['nas', 'web1', 'master'].map((node) => states.get(node))).toEqual(['poweroff', 'running', 'not_created']);
  expect((await vagrant.sshPlaces(['web1'])).get('web1')).toEqual({ host: '127.0.0.1', port: portOf('web1') });
  const missing = await failure(vagrant.up('master'));
  expect([missing.message, missing.detail.hint]).toEqual([
    expect.stringContaining("The box 'bento/debian-13' could not be found or"),
    expect.stringContaining('vagrant box list'),
  ]);
  // The Vagrantfile's own triggers, run by Vagrant: the NAT network comes before the first machine and goes after the last.
  expect(state().natnets).toHaveLength(1);
  await vagrant.destroy();
  expect([state().machines, state().natnets]).toEqual([[], []]);
  await runtime.refresh();
  expect(nodes.map(power)).toEqual(['off', 'off', 'off']);
});
