import { expect, test } from 'vitest';
import { getTestbed } from './testbed-source.ts';
import { planLab, stepIds } from './plan.ts';
import { specify } from '../providers/namespaces/specify.ts';

const tfg = await getTestbed('tfg');

test('no step waits for one that does not exist, or for itself, however long the way round', () => {
  const { steps } = planLab('tfg', tfg, 'namespaces');
  const done = new Set<string>();
  let left = steps;
  while (left.length > 0) {
    const possible = left.filter(({ after }) => after.every((id) => done.has(id)));
    expect(possible.map(({ id }) => id)).not.toEqual([]);
    for (const { id } of possible) done.add(id);
    left = left.filter(({ id }) => !done.has(id));
  }
});

test('nodes that ask for their address are created after the directors, which give it', () => {
  const web1 = planLab('tfg', tfg, 'namespaces').steps.find(({ id }) => id === stepIds.node('web1'));
  expect(web1?.after).toEqual(expect.arrayContaining([stepIds.recipe('master'), stepIds.recipe('standby')]));
});

test('every step has a title and a reason', () => {
  expect(planLab('tfg', tfg, 'namespaces').steps.filter(({ title, reason }) => title === '' || reason === '')).toEqual(
    [],
  );
});

test("interface names fit the kernel's 15 characters, and no two cables share a port", () => {
  const { networks, nodes } = specify({ lab: 'tfg', id: 'tfg-1', directory: '/labs/tfg', testbed: tfg, options: {} });
  const ports = nodes.flatMap(({ interfaces }) => interfaces.map(({ port }) => port));
  expect(new Set(ports).size).toBe(ports.length);
  expect([...ports, ...networks.map(({ bridge }) => bridge)].filter((name) => name.length > 15)).toEqual([]);
});
