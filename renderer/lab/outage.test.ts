import { expect, it } from 'vitest';
import type { NodeState, Operation } from '../../provisioning/contract/index.ts';
import type { LabView } from '../state/lab-view.ts';
import { smallTestbed } from '../state/small-testbed.fixture.ts';
import { isAsleep, outageExpected } from './outage.ts';

const testbed = smallTestbed();
const directors = testbed.vrrp.routers.map(({ node }) => node);

function nodes(...states: NodeState[]): LabView['nodes'] {
  return Object.fromEntries(
    states.map((state, index) => [`n${index}`, { name: `n${index}`, role: 'web', state, since: 0, interfaces: [] }]),
  );
}

function operation(kind: Operation['kind'], of: readonly string[]): Operation {
  const steps = of.map((node) => ({
    id: `halt:${node}`,
    action: 'halt-node' as const,
    node,
    title: '',
    reason: '',
    after: [],
  }));
  const plan = { lab: 'tfg', testbed: 'small', provider: 'vagrant' as const, steps };
  return { id: 'o', kind, lab: 'tfg', title: '', startedAt: 0, plan, steps: [], cancellable: true };
}

it('a lab sleeps when nothing in it runs or is about to', () => {
  expect(isAsleep({ nodes: nodes('off', 'suspended') })).toBe(true);
  expect(isAsleep({ nodes: nodes('off', 'running') })).toBe(false);
  expect(isAsleep({ nodes: nodes('off', 'starting') })).toBe(false);
  expect(isAsleep({ nodes: nodes('off', 'failed') })).toBe(false);
  expect(isAsleep({ nodes: {} })).toBe(false);
});

it('addresses without a holder are no alarm while all directors are being halted, and one when only the master is', () => {
  const view = { testbed, nodes: nodes('running', 'off') };
  expect(outageExpected({ ...view, operation: operation('halt', directors) })).toBe(true);
  expect(outageExpected({ ...view, operation: operation('halt', directors.slice(0, 1)) })).toBe(false);
  expect(outageExpected({ ...view, operation: operation('upgrade', directors) })).toBe(false);
  expect(outageExpected({ ...view, operation: undefined })).toBe(false);
});
