import { RelevoError } from '../contract/index.ts';
import type { DrillTheory, LabStatus } from '../contract/index.ts';
import type { LabHandle } from '../lab/lab-service.ts';
import type { ResolvedDrill, ResolvedTestbed } from '../../testbeds/resolved.ts';
import { takeoverTheory } from './theory.ts';

/** What a drill is about to act on. */
export interface Subject {
  readonly drill: ResolvedDrill;
  /** Names of all director nodes. */
  readonly directors: readonly string[];
  /** Directors other than the victim that run, the highest priority first. */
  readonly standbys: readonly string[];
  readonly virtualAddresses: readonly string[];
  readonly victimAddresses: ReadonlySet<string>;
  readonly theory: DrillTheory;
}

/**
 * Works out what the drill acts on, from what is known of the lab; touches nothing.
 * @throws RelevoError UNKNOWN_DRILL, NODE_NOT_RUNNING
 */
export function examine(lab: LabHandle, drillName: string): Subject {
  const { testbed } = lab;
  const drill = testbed.drills.find((candidate) => candidate.name === drillName);
  if (drill === undefined)
    throw new RelevoError('UNKNOWN_DRILL', `Testbed ${testbed.id} has no drill named ${drillName}.`, {
      lab: lab.name,
      hint: `Its drills: ${testbed.drills.map((known) => known.name).join(', ')}.`,
    });
  const status = lab.status();
  requireRunning(lab.name, status, drill.victim);
  requireRunning(lab.name, status, drill.client);
  const directors = testbed.nodes.filter((node) => node.role === 'director').map((node) => node.name);
  const standbys = directors
    .filter((node) => node !== drill.victim && stateOf(status, node) === 'running')
    .sort((left, right) => priorityOf(testbed, right) - priorityOf(testbed, left));
  return {
    drill,
    directors,
    standbys,
    virtualAddresses: testbed.vrrp.instances.flatMap((instance) => instance.virtualAddresses),
    victimAddresses: addressesOfNode(testbed, drill.victim),
    theory: theoryFor(testbed, status, standbys[0] ?? drill.victim),
  };
}

function stateOf(status: LabStatus, node: string): string {
  return status.nodes.find((candidate) => candidate.name === node)?.state ?? 'unknown';
}

function requireRunning(lab: string, status: LabStatus, node: string): void {
  const state = stateOf(status, node);
  if (state === 'running') return;
  const frozen = state === 'frozen';
  throw new RelevoError(
    frozen ? 'NODE_FROZEN' : 'NODE_NOT_RUNNING',
    `The drill needs ${node} running, but it is ${state}.`,
    { lab, node, hint: `Start ${node} (relevo start ${node} --lab ${lab}), then run the drill again.` },
  );
}

function priorityOf(testbed: ResolvedTestbed, node: string): number {
  return testbed.vrrp.routers.find((router) => router.node === node)?.priority ?? 100;
}

function addressesOfNode(testbed: ResolvedTestbed, node: string): Set<string> {
  const interfaces = testbed.nodes.find((candidate) => candidate.name === node)?.interfaces ?? [];
  return new Set(interfaces.map((networkInterface) => networkInterface.address));
}

/** What the standby itself says it runs with counts most; the testbed stands in where it says nothing (keepalived). */
function theoryFor(testbed: ResolvedTestbed, status: LabStatus, node: string): DrillTheory {
  const instances = status.directors.find((director) => director.node === node)?.snapshot?.instances ?? [];
  const slowest = [...instances].sort((left, right) => right.advertIntervalMs - left.advertIntervalMs)[0];
  if (slowest !== undefined) return takeoverTheory(slowest.version, slowest.priority, slowest.advertIntervalMs);
  const seconds = status.options.advertInterval ?? testbed.vrrp.advertInterval;
  const version = seconds < 1 ? 3 : testbed.vrrp.version;
  return takeoverTheory(version, priorityOf(testbed, node), seconds * 1000);
}
