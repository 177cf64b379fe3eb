import { describe, expect, it } from 'vitest';
import { nodeStateSchema } from '../../provisioning/contract/index.ts';
import type { LabAction, LabFacts } from './offers.ts';
import { nodeActions, refusalOf } from './offers.ts';

const running: LabFacts = { provider: 'vagrant', states: ['running', 'running'], stack: 'director', busy: false };
const actions: readonly LabAction[] = ['halt', 'suspend', 'start', 'reload', 'upgrade'];
const refusals = (change: Partial<LabFacts>) =>
  Object.fromEntries(actions.map((action) => [action, refusalOf(action, { ...running, ...change })]));

describe('what a lab is offered', () => {
  it('is all of it where machines run', () => {
    expect(refusals({})).toEqual({ start: 'all-running' });
    expect(refusals({ states: ['running', 'suspended'] })).toEqual({});
  });

  it('is in namespaces only what needs no memory and no disk of its own', () => {
    const only = 'machines-only';
    expect(refusals({ provider: 'namespaces', states: ['running', 'off'] })).toEqual({
      suspend: only,
      reload: only,
      upgrade: only,
    });
  });

  it('is nothing while something else is being done, and what can never be says so all the same', () => {
    expect(refusals({ provider: 'namespaces', busy: true })).toEqual({
      halt: 'busy',
      start: 'busy',
      suspend: 'machines-only',
      reload: 'machines-only',
      upgrade: 'machines-only',
    });
  });

  it('is to start, and to reload, what is off', () => {
    expect(refusals({ states: ['off', 'off'] })).toEqual({
      halt: 'all-off',
      suspend: 'none-running',
      upgrade: 'none-running',
    });
  });

  it('is no upgrade where the document’s own software runs', () => {
    expect(refusals({ stack: 'classic' })).toMatchObject({ upgrade: 'classic' });
  });
});

it('a node is halted and suspended while it runs, and started when it does not', () => {
  const offered = Object.fromEntries(
    nodeStateSchema.options.map((state) => [
      state,
      Object.entries(nodeActions(state)).flatMap(([action, offer]) => (offer ? [action] : [])),
    ]),
  );
  expect(offered).toEqual({
    off: ['start'],
    starting: [],
    running: ['halt', 'suspend'],
    frozen: ['start'],
    suspended: ['start'],
    failed: ['start'],
  });
});
