import { RelevoError } from '../../contract/index.ts';
import type { NodeState } from '../../contract/index.ts';
import type { Lab } from '../lab.ts';
import type { PlanSubject } from './plans.ts';

/** The named nodes of a lab, or all, in the testbed's order. @throws RelevoError UNKNOWN_NODE */
export function subjectOf(lab: Lab, names?: readonly string[], states?: readonly NodeState[]): PlanSubject {
  for (const name of names ?? []) lab.nodeStatus(name);
  const isMeant = ({ name }: { name: string }): boolean =>
    (names?.includes(name) ?? true) && (states?.includes(lab.nodeStatus(name).state) ?? true);
  const nodes = lab.testbed.nodes.filter(isMeant).map(({ name }) => name);
  return { lab: lab.name, testbed: lab.testbed, provider: lab.record.provider, nodes };
}

/** Nodes in one of these states. */
export function nodesIn(lab: Lab, ...states: readonly NodeState[]): string[] {
  return subjectOf(lab, undefined, states).nodes.slice();
}

/** Where not even one machine is in a state to be worked on. @throws RelevoError NODE_NOT_RUNNING, NODE_ALREADY_RUNNING */
export function expectSome(subject: PlanSubject, code: 'NODE_NOT_RUNNING' | 'NODE_ALREADY_RUNNING'): void {
  if (subject.nodes.length > 0) return;
  const what = code === 'NODE_NOT_RUNNING' ? 'running' : 'off';
  throw new RelevoError(code, `None of these nodes of the lab "${subject.lab}" is ${what}.`, {
    lab: subject.lab,
    hint: `See: relevo status --lab ${subject.lab}.`,
  });
}
