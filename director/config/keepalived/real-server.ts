import type { NotifyCommand, RealServerConfiguration } from '../../engine/checks/configuration.ts';
import type { Keywords, Reader } from '../reader.ts';
import type { Statement } from '../statements.ts';
import { defined, flag, integer, text } from '../values.ts';
import { timingKeywords, type TimingDraft } from './check-timing.ts';
import { CheckContext, checkReaders, missingCheckers } from './checkers.ts';
import { notDone } from './check-target.ts';
import { readEndpoint } from './endpoint.ts';
import { readForwarding, type Forwarding } from './forwarding.ts';
import { notifyCommand } from './scripts.ts';
import type { Trackables } from './vrrp-tracking.ts';

/** What a real server inherits from its virtual server. */
export interface ServerDefaults {
  timing: TimingDraft;
  forwarding: Forwarding;
  weight: number;
  startsDown: boolean;
  inhibitOnFailure: boolean;
  virtualHost?: string;
  /** What a FILE_CHECK may name. */
  readonly files: Trackables['files'];
}

interface Draft extends ServerDefaults {
  upperThreshold: number;
  lowerThreshold: number;
  notifyUp?: NotifyCommand | undefined;
  notifyDown?: NotifyCommand | undefined;
}

const weights = { min: 0, max: 0x7fff_ffff };
const thresholds = { min: 0, max: 0xffff_ffff };

/** `real_server ADDRESS [PORT] { weight, checkers, … }`; without a port it has its virtual server's. */
export function readRealServer(
  reader: Reader,
  statement: Statement,
  defaults: ServerDefaults,
  servicePort: number,
): RealServerConfiguration | undefined {
  const given = readEndpoint(reader, statement);
  const endpoint = given && { ...given, port: given.port === 0 ? servicePort : given.port };
  const draft: Draft = { ...defaults, timing: { ...defaults.timing }, upperThreshold: 0, lowerThreshold: 0 };
  const checkLines: Statement[] = [];
  reader.block(reader.blockOf(statement), 'real_server', {
    ...serverKeywords(reader, draft),
    ...Object.fromEntries(Object.keys(checkReaders).map((name) => [name, (line: Statement) => checkLines.push(line)])),
    ...Object.fromEntries(
      Object.entries(missingCheckers).map(([name, why]) => [name, (line: Statement) => notDone(reader, line, why)]),
    ),
  });
  if (!endpoint) return undefined;
  const alpha = { startsDown: draft.startsDown };
  const surroundings = { ...endpoint, timing: draft.timing, virtualHost: draft.virtualHost, alpha, files: draft.files };
  const checks = checkLines.flatMap((line) => {
    const found = checkReaders[line.keyword.text]?.(new CheckContext(reader, line, surroundings)) ?? [];
    return found.map((check) => reader.placed(check, line.keyword));
  });
  const { forwarding, weight, upperThreshold, lowerThreshold, inhibitOnFailure, notifyUp, notifyDown } = draft;
  const server: RealServerConfiguration = {
    ...{ ...endpoint, ...forwarding, weight, upperThreshold, lowerThreshold, inhibitOnFailure },
    ...{ startsDown: alpha.startsDown, checks },
    ...defined({ notifyUp, notifyDown }),
  };
  return reader.placed(server, statement.keyword);
}

function serverKeywords(reader: Reader, draft: Draft): Keywords {
  return {
    weight: (line) => (draft.weight = integer(reader, line, weights) ?? draft.weight),
    lvs_method: (line) => (draft.forwarding = readForwarding(reader, line) ?? draft.forwarding),
    notify_up: (line) => (draft.notifyUp = notifyCommand(reader, line)),
    notify_down: (line) => (draft.notifyDown = notifyCommand(reader, line)),
    uthreshold: (line) => (draft.upperThreshold = integer(reader, line, thresholds) ?? draft.upperThreshold),
    lthreshold: (line) => (draft.lowerThreshold = integer(reader, line, thresholds) ?? draft.lowerThreshold),
    inhibit_on_failure: (line) => (draft.inhibitOnFailure = flag(reader, line)),
    alpha: (line) => (draft.startsDown = flag(reader, line)),
    virtualhost: (line) => {
      const name = text(reader, line, 'the name of a host');
      if (name !== undefined) draft.virtualHost = name;
    },
    ...timingKeywords(reader, draft.timing),
    smtp_alert: () => undefined,
    snmp_name: () => undefined,
  };
}
