import type { RpcEvent } from '../../provisioning/contract/index.ts';
import { assertNever } from './assert-never.ts';
import { applyDirectorEvent, silentDirector } from './director-view.ts';
import { addDrillEvent, addDrillSamples, endDrill, startDrill } from './drill-view.ts';
import type { LabView } from './lab-view.ts';
import { mergeSteps, rememberHolders } from './lab-view.ts';
import { share } from './share.ts';
import { append, directorHappenings, nodeHappenings } from './timeline.ts';
import { without } from './without.ts';

/** Events about a lab that the window already knows. */
export type LabEvent = Exclude<RpcEvent, { event: 'labs' | 'lab-snapshot' | 'session-output' | 'session-exit' }>;

type DirectorLabEvent = Extract<LabEvent, { event: `director${string}` }>;
type OperationLabEvent = Extract<LabEvent, { event: `operation-${string}` }>;
type DrillLabEvent = Extract<LabEvent, { event: `drill-${string}` }>;
type StatusLabEvent = Exclude<LabEvent, DirectorLabEvent | OperationLabEvent | DrillLabEvent>;

/** The lab after `change`, received at `now` (ms since the epoch). Pure. */
export function reduceLab(view: LabView, change: LabEvent, now: number): LabView {
  switch (change.event) {
    case 'director':
    case 'director-lost':
      return changeDirector(view, change, now);
    case 'operation-started':
    case 'operation-progress':
    case 'operation-ended':
      return changeOperation(view, change, now);
    case 'drill-started':
    case 'drill-event':
    case 'drill-samples':
    case 'drill-ended':
      return { ...view, drill: changeDrill(view, change) };
    default:
      return changeStatus(view, change);
  }
}

function changeStatus(view: LabView, change: StatusLabEvent): LabView {
  switch (change.event) {
    case 'lab-phase': {
      const { phase, error } = change.payload;
      return { ...view, summary: { ...view.summary, phase }, error: error ?? view.error };
    }
    case 'lab-removed':
      return { ...view, removed: true };
    case 'node-changed':
      return changeNode(view, change.payload.node);
    case 'virtual-addresses': {
      const virtualAddresses = share(view.virtualAddresses, change.payload.virtualAddresses);
      return { ...view, virtualAddresses, lastHolders: rememberHolders(view.lastHolders, virtualAddresses) };
    }
    case 'log': {
      const { at, source, level, message } = change.payload.entry;
      // What a director says comes as its own events too, with more in them.
      if (level === 'debug' || view.directors[source] !== undefined) return view;
      return { ...view, timeline: append(view.timeline, at, [{ kind: 'log', source, level, message }]) };
    }
    default:
      return assertNever(change);
  }
}

function changeNode(view: LabView, node: LabView['nodes'][string]): LabView {
  const before = view.nodes[node.name];
  const nodes = { ...view.nodes, [node.name]: share(before, node) };
  const nodeNames = before === undefined ? [...view.nodeNames, node.name] : view.nodeNames;
  const nodesRunning = Object.values(nodes).filter(({ state }) => state === 'running').length;
  const timeline = append(view.timeline, node.since, nodeHappenings(before, node));
  const losses = before?.state !== 'off' && node.state === 'off' ? lossesOf(view, node) : view.losses;
  return { ...view, nodes, nodeNames, losses, timeline, summary: { ...view.summary, nodesRunning } };
}

/** The addresses that this node held when it died. */
function lossesOf(view: LabView, { name, since }: LabView['nodes'][string]): LabView['losses'] {
  const held = Object.keys(view.lastHolders).filter((address) => view.lastHolders[address] === name);
  return { ...view.losses, ...Object.fromEntries(held.map((address) => [address, { from: name, at: since }])) };
}

function changeDirector(view: LabView, change: DirectorLabEvent, now: number): LabView {
  const { node } = change.payload;
  const before = view.directors[node] ?? silentDirector(node);
  if (change.event === 'director-lost') {
    const directors = { ...view.directors, [node]: { ...before, answering: false } };
    const told = before.answering ? [{ kind: 'director', node, answering: false } as const] : [];
    return { ...view, directors, timeline: append(view.timeline, now, told) };
  }
  const { event } = change.payload;
  const after = applyDirectorEvent(before, event);
  const directors = after === view.directors[node] ? view.directors : { ...view.directors, [node]: after };
  const timeline = append(view.timeline, event.at, directorHappenings(view, node, event));
  const losses =
    event.type === 'address' && event.action === 'added' ? without(view.losses, event.address) : view.losses;
  return { ...view, directors, losses, timeline };
}

function changeOperation(view: LabView, change: OperationLabEvent, now: number): LabView {
  if (change.event === 'operation-started') {
    return { ...view, operation: change.payload.operation, ended: undefined, error: undefined };
  }
  const { operation } = view;
  if (operation?.id !== change.payload.operation) return view;
  if (change.event === 'operation-progress') {
    return { ...view, operation: { ...operation, steps: mergeSteps(operation.steps, change.payload.steps) } };
  }
  const { error } = change.payload;
  // A start that failed stays, so that the screen can show where it stood.
  if (operation.kind === 'up') return error === undefined ? { ...view, operation: undefined } : { ...view, error };
  // A drill tells how it ended itself.
  if (operation.kind === 'drill') return { ...view, operation: undefined };
  return { ...view, operation: undefined, ended: { operation, error, at: now } };
}

function changeDrill(view: LabView, change: DrillLabEvent) {
  switch (change.event) {
    case 'drill-started':
      return startDrill(change.payload);
    case 'drill-event':
      return addDrillEvent(view.drill, change.payload.id, change.payload.event);
    case 'drill-samples':
      return addDrillSamples(view.drill, change.payload.id, change.payload.samples);
    case 'drill-ended':
      return endDrill(view.drill, change.payload);
  }
}
