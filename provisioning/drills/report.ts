import type { DrillEvent, DrillOptions, DrillReport, ProbeSample } from '../contract/index.ts';
import { serviceOutage } from './outage.ts';
import type { Subject } from './subject.ts';

export interface Experiment {
  readonly id: string;
  readonly lab: string;
  readonly testbed: string;
  readonly subject: Subject;
  /** As they were really used. */
  readonly options: DrillOptions;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly faultAt: number;
  /** When healing began: what happens from then on is not the standby's doing. */
  readonly measuredUntil: number;
  /** When the victim was seen to hold all its virtual addresses again. */
  readonly healedAt?: number;
  readonly events: readonly DrillEvent[];
  readonly samples: readonly ProbeSample[];
}

/** The report of an experiment that is over: nothing but arithmetic on what was observed. */
export function makeReport(experiment: Experiment): DrillReport {
  const { subject, faultAt, measuredUntil, healedAt } = experiment;
  const events = [...experiment.events].sort((left, right) => left.at - right.at);
  const samples = [...experiment.samples].sort((left, right) => left.sentAt - right.sentAt);
  const during = events.filter((event) => event.at >= faultAt && event.at <= measuredUntil);
  const takeoverMs = measuredTakeover(events, during, subject);
  const spreadMs = addressSpread(during, subject);
  const counted = samples.filter((sample) => sample.sentAt <= measuredUntil);
  return {
    id: experiment.id,
    lab: experiment.lab,
    testbed: experiment.testbed,
    drill: subject.drill.name,
    provider: 'namespaces',
    startedAt: experiment.startedAt,
    endedAt: experiment.endedAt,
    options: experiment.options,
    faultAt,
    ...(healedAt === undefined ? {} : { healedAt }),
    services: subject.drill.probes.map((probe) => serviceOutage(probe.name, faultAt, counted)),
    events,
    samples,
    theory: subject.theory,
    ...(takeoverMs === undefined ? {} : { measuredTakeoverMs: takeoverMs }),
    ...(spreadMs === undefined ? {} : { addressSpreadMs: spreadMs }),
    healed: healedAt !== undefined,
  };
}

/**
 * From the latest of the victim's last advertisements to the take-over. In a sync group the instance that was heard last also
 * times out last, so that the last of both belong together. Where nobody tells of VRRP states (keepalived), the first virtual
 * address in another node's kernel stands for the take-over.
 */
function measuredTakeover(
  events: readonly DrillEvent[],
  during: readonly DrillEvent[],
  subject: Subject,
): number | undefined {
  const adverts = events.filter((event) => event.type === 'last-advert').map((event) => event.at);
  const takeovers = during.filter(
    (event) => event.type === 'vrrp-state' && event.to === 'MASTER' && event.node !== subject.drill.victim,
  );
  const added = addedElsewhere(during, subject);
  const takeoverAt =
    takeovers.length > 0 ? Math.max(...takeovers.map((event) => event.at)) : Math.min(...added.values());
  const takeoverMs = takeoverAt - Math.max(...adverts);
  return Number.isFinite(takeoverMs) ? takeoverMs : undefined;
}

function addressSpread(during: readonly DrillEvent[], subject: Subject): number | undefined {
  const added = addedElsewhere(during, subject);
  if (added.size === 0 || added.size < subject.virtualAddresses.length) return undefined;
  return Math.max(...added.values()) - Math.min(...added.values());
}

/** When each virtual address first appeared on a node other than the victim. */
function addedElsewhere(during: readonly DrillEvent[], subject: Subject): Map<string, number> {
  const added = new Map<string, number>();
  for (const event of during) {
    if (event.type !== 'address' || event.action !== 'added' || event.node === subject.drill.victim) continue;
    if (!added.has(event.address)) added.set(event.address, event.at);
  }
  return added;
}
