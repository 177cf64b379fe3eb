import { afterAll, beforeAll, expect, it } from 'vitest';
import { checksFor } from '../../provisioning/checks/index.ts';
import { testbedNamed } from '../../provisioning/recipes/fixtures/recipes-of.ts';
import { renumber } from '../../testbeds/renumber/renumber.ts';
import { TfgLab } from './support/lab.ts';
import { eventually } from './support/relevo.ts';

// Both networks of the TFG elsewhere: one where the command line says, the other where it finds room.

const outside = '172.31.7.0/24';
let lab: TfgLab;
beforeAll(async () => {
  lab = await TfgLab.up('--renumber', `nat=${outside}`, '--renumber', 'internal');
});
afterAll(() => lab.relevo.dispose());

const holds = async (node: string, run: string): Promise<boolean> =>
  lab.on(node, run).then(
    () => true,
    () => false,
  );

it('a lab with renumbered networks passes every check of its testbed, at the new addresses', async () => {
  const { options, virtualAddresses } = await lab.status();
  const { nat, internal } = options.renumber ?? {};
  expect(nat).toBe(outside);
  expect(internal).toMatch(/^(10|172|192)\.[\d.]+\/24$/);
  expect(internal).not.toBe('10.0.100.0/24');
  expect(virtualAddresses.map(({ address }) => address)).toContain('172.31.7.202');

  const moved = renumber(await testbedNamed('tfg'), options.renumber ?? {});
  if (!moved.ok) throw new Error(JSON.stringify(moved.problems));
  const checks = checksFor(moved.testbed, { stack: 'director', provider: 'namespaces', internet: 'stand-in' });
  expect(JSON.stringify(checks)).not.toMatch(/10\.0\.100\.|192\.168\.1\./);
  expect(checks.length).toBeGreaterThan(15);
  for (const { title, node, run } of checks) await eventually(title, () => holds(node, run), 20_000);
});

it('has no old address on any node', async () => {
  const nodes = (await lab.status()).nodes.map(({ name }) => name);
  for (const node of nodes) {
    const found = await lab.on(node, 'ip -4 address; ip route; cat /etc/hosts /etc/resolv.conf');
    expect(found).not.toMatch(/10\.0\.100\.|192\.168\.1\./);
  }
});

it('a network that cannot be renumbered so is refused with the reason, before anything is made', async () => {
  const { exitCode, stderr } = await lab.relevo.run('plan', 'tfg', '--renumber', 'nat=10.0.100.0/24');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('overlaps "internal"');
});
