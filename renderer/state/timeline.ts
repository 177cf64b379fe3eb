import type { CheckSnapshot, DirectorEvent, ServiceKey, VrrpState } from '../../director/index.ts';
import { formatPlace, isSameCheck } from '../../director/index.ts';
import type { LogEntry, NodeState, NodeStatus } from '../../provisioning/contract/index.ts';
import type { LabView } from './lab-view.ts';

const parts = ['quorum', 'sorry-server', 'sync', 'link', 'script'] as const;
export type Part = (typeof parts)[number];

/** Something that happened in the lab, in a form that can be told in any language. */
export type Happening =
  | { readonly kind: 'node'; readonly node: string; readonly state: NodeState; readonly message?: string }
  | { readonly kind: 'cable'; readonly node: string; readonly network: string; readonly cable: 'connected' | 'cut' }
  | {
      readonly kind: 'vrrp';
      readonly node: string;
      readonly instance: string;
      readonly from: VrrpState;
      readonly to: VrrpState;
      readonly reason: string;
    }
  | { readonly kind: 'address'; readonly node: string; readonly action: 'added' | 'removed'; readonly address: string }
  /** A virtual address appeared on another node after its holder had died. */
  | {
      readonly kind: 'handover';
      readonly address: string;
      readonly from: string;
      readonly node: string;
      readonly gapMs: number;
    }
  | { readonly kind: 'gratuitous-arp'; readonly node: string; readonly address: string }
  | {
      readonly kind: 'check';
      readonly node: string;
      readonly server: string;
      readonly service: string;
      readonly up: boolean;
      readonly reason: string;
    }
  | { readonly kind: 'director'; readonly node: string; readonly answering: boolean }
  /** A part of the director's work that is up or down: `subject` is the service, interface or script. */
  | {
      readonly kind: 'part';
      readonly node: string;
      readonly part: Part;
      readonly subject: string;
      readonly up: boolean;
      readonly reason: string;
    }
  | {
      readonly kind: 'mode';
      readonly node: string;
      readonly server: string;
      readonly service: string;
      readonly mode: 'drain' | 'maintenance';
      readonly reason: string;
    }
  | { readonly kind: 'log'; readonly source: string; readonly level: LogEntry['level']; readonly message: string };

export interface TimelineEntry {
  readonly id: number;
  readonly at: number;
  readonly happening: Happening;
}

export type Category = 'vrrp' | 'addresses' | 'checks' | 'nodes' | 'log';
export const categories: readonly Category[] = ['vrrp', 'addresses', 'checks', 'nodes', 'log'];

/** Enough for an afternoon of drills; the engine's log keeps the rest. */
const longest = 600;

export function append(timeline: readonly TimelineEntry[], at: number, happenings: readonly Happening[]) {
  if (happenings.length === 0) return timeline;
  const first = (timeline.at(-1)?.id ?? 0) + 1;
  const added = happenings.map((happening, index) => ({ id: first + index, at, happening }));
  return [...timeline, ...added].slice(-longest);
}

export function categoryOf(happening: Happening): Category {
  switch (happening.kind) {
    case 'vrrp':
      return 'vrrp';
    case 'address':
    case 'handover':
    case 'gratuitous-arp':
      return 'addresses';
    case 'check':
    case 'mode':
      return 'checks';
    case 'part':
      return categoryOfPart(happening.part);
    case 'node':
    case 'cable':
    case 'director':
      return 'nodes';
    case 'log':
      return 'log';
  }
}

export type Tone = 'good' | 'bad' | 'warning' | 'neutral';

export function toneOf(happening: Happening): Tone {
  switch (happening.kind) {
    case 'node':
      return toneOfNode(happening.state);
    case 'cable':
      return happening.cable === 'cut' ? 'bad' : 'good';
    case 'vrrp':
      return toneOfVrrp(happening.to);
    case 'check':
      return happening.up ? 'good' : 'bad';
    case 'mode':
      return 'warning';
    case 'part':
      return toneOfPart(happening.part, happening.up);
    case 'director':
      return happening.answering ? 'good' : 'bad';
    case 'handover':
      return 'warning';
    case 'address':
    case 'gratuitous-arp':
      return 'neutral';
    case 'log':
      return toneOfLog(happening.level);
  }
}

function categoryOfPart(part: Part): Category {
  return part === 'quorum' || part === 'sorry-server' ? 'checks' : 'vrrp';
}

function toneOfPart(part: Part, up: boolean): Tone {
  // Both daemons of a pair stop and start with every take-over; a sorry server that enters is no good sign.
  if (part === 'sync') return 'neutral';
  return up === (part !== 'sorry-server') ? 'good' : 'bad';
}

function toneOfVrrp(state: VrrpState): Tone {
  if (state === 'MASTER') return 'good';
  return state === 'FAULT' ? 'bad' : 'neutral';
}

function toneOfLog(level: LogEntry['level']): Tone {
  if (level === 'error') return 'bad';
  return level === 'warn' ? 'warning' : 'neutral';
}

function toneOfNode(state: NodeState): Tone {
  if (state === 'running') return 'good';
  return state === 'off' || state === 'failed' ? 'bad' : 'neutral';
}

/** What a changed node status tells: its state, and each cable that was cut or put back. */
export function nodeHappenings(before: NodeStatus | undefined, after: NodeStatus): Happening[] {
  if (before === undefined) return [];
  const state: Happening[] =
    before.state === after.state
      ? []
      : [{ kind: 'node', node: after.name, state: after.state, ...(after.message ? { message: after.message } : {}) }];
  const cables = after.interfaces
    .filter(({ name, cable }) => before.interfaces.some((old) => old.name === name && old.cable !== cable))
    .map(({ network, cable }): Happening => ({ kind: 'cable', node: after.name, network, cable }));
  return [...state, ...cables];
}

/** What a director's event tells; `view` is the lab as it was before. */
export function directorHappenings(view: LabView, node: string, event: DirectorEvent): Happening[] {
  return isAboutPart(event) ? [partHappening(node, event)] : otherHappenings(view, node, event);
}

function otherHappenings(view: LabView, node: string, event: Exclude<DirectorEvent, EventOf<Part>>): Happening[] {
  switch (event.type) {
    case 'vrrp-state': {
      const { instance, from, to, reason } = event;
      return [{ kind: 'vrrp', node, instance, from, to, reason }];
    }
    case 'address': {
      const { action, address } = event;
      const handover = action === 'added' ? findHandover(view, node, address, event.at) : [];
      return [{ kind: 'address', node, action, address }, ...handover];
    }
    case 'gratuitous-arp':
      return [{ kind: 'gratuitous-arp', node, address: event.address }];
    case 'check':
      return checkHappenings(view, node, event.check);
    case 'log':
      return event.level === 'debug' ? [] : [{ kind: 'log', source: node, level: event.level, message: event.message }];
    case 'second-master':
      return [{ kind: 'log', source: node, level: 'warn', message: describeSecondMaster(event) }];
    // Up and down are told by the checks.
    case 'server':
      return modeHappenings(node, event);
    case 'snapshot':
      return view.directors[node]?.answering === false ? [{ kind: 'director', node, answering: true }] : [];
    case 'table':
    case 'advert':
      return [];
  }
}

type EventOf<Type extends DirectorEvent['type']> = Extract<DirectorEvent, { type: Type }>;

function describeSecondMaster({ instance, address, priority }: EventOf<'second-master'>): string {
  return `${instance}: ${address} is master too, with priority ${priority}`;
}

function isAboutPart(event: DirectorEvent): event is EventOf<Part> {
  return (parts as readonly string[]).includes(event.type);
}

function partHappening(node: string, event: EventOf<Part>): Happening {
  return { kind: 'part', node, part: event.type, subject: subjectOf(event), up: event.up, reason: event.reason };
}

function subjectOf(event: EventOf<Part>): string {
  switch (event.type) {
    case 'script':
      return event.name;
    case 'link':
      return event.interface;
    case 'sync':
      return `${event.role}, ${event.interface}`;
    case 'quorum':
      return serviceName(event.service);
    case 'sorry-server':
      return `${formatPlace(event.server)}, ${serviceName(event.service)}`;
  }
}

function modeHappenings(node: string, { server, service, mode, reason }: EventOf<'server'>): Happening[] {
  if (mode === 'ready') return [];
  return [{ kind: 'mode', node, server: formatPlace(server), service: serviceName(service), mode, reason }];
}

function serviceName(service: ServiceKey): string {
  return service.mark === undefined ? formatPlace(service) : `FWM ${service.mark}`;
}

function checkHappenings(view: LabView, node: string, check: CheckSnapshot): Happening[] {
  const before = view.directors[node]?.checks.find((other) => isSameCheck(other, check));
  if (before?.up === check.up) return [];
  const server = formatPlace({ address: check.serverAddress, port: check.serverPort });
  const service = formatPlace({ address: check.serviceAddress, port: check.servicePort });
  return [{ kind: 'check', node, server, service, up: check.up, reason: check.reason }];
}

function findHandover(view: LabView, node: string, address: string, at: number): Happening[] {
  const loss = view.losses[address];
  if (loss === undefined || loss.from === node || loss.at > at) return [];
  return [{ kind: 'handover', address, from: loss.from, node, gapMs: at - loss.at }];
}
