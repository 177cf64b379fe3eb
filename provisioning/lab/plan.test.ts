import { expect, test } from 'vitest';
import { getTestbed } from './testbed-source.ts';
import { planLab, stepIds } from './plan.ts';
import { specify } from './specification.ts';

const tfg = await getTestbed('tfg');

test('every step comes after the steps that it names, which all exist', () => {
  const { steps } = planLab('tfg', tfg);
  const seen = new Set<string>();
  for (const step of steps.filter(({ action }) => action !== 'apply-recipe')) {
    if (step.action !== 'await-ready') expect([...seen]).toEqual(expect.arrayContaining(step.after));
    seen.add(step.id);
  }
  const ids = new Set(steps.map(({ id }) => id));
  expect(steps.flatMap(({ after }) => after).filter((id) => !ids.has(id))).toEqual([]);
});

test('nodes that ask for their address are set up after the directors, which give it', () => {
  const web1 = planLab('tfg', tfg).steps.find(({ id }) => id === stepIds.recipe('web1'));
  expect(web1?.after).toEqual([stepIds.node('web1'), stepIds.recipe('master'), stepIds.recipe('standby')]);
});

test('every step has a title and a reason', () => {
  expect(planLab('tfg', tfg).steps.filter(({ title, reason }) => title === '' || reason === '')).toEqual([]);
});

test("interface names fit the kernel's 15 characters, and no two cables share a port", () => {
  const { networks, nodes } = specify({ lab: 'tfg', id: 'tfg-1', directory: '/labs/tfg', testbed: tfg });
  const ports = nodes.flatMap(({ interfaces }) => interfaces.map(({ port }) => port));
  expect(new Set(ports).size).toBe(ports.length);
  expect([...ports, ...networks.map(({ bridge }) => bridge)].filter((name) => name.length > 15)).toEqual([]);
});
