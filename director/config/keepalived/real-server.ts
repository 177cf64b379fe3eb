import type { ForwardingMethod } from '../../api/snapshot.ts';
import type { RealServerConfiguration, TcpCheckConfiguration } from '../../engine/checks/configuration.ts';
import type { Reader } from '../reader.ts';
import type { Statement } from '../statements.ts';
import { flag, integer, ipv4Word, single } from '../values.ts';
import { checkKeywords, type CheckDefaults } from './check-defaults.ts';
import { readEndpoint, type Endpoint } from './endpoint.ts';
import { readForwarding } from './forwarding.ts';

export interface ServerDefaults {
  checks: CheckDefaults;
  forwarding: ForwardingMethod;
  weight: number;
  startsDown: boolean;
  inhibitOnFailure: boolean;
}

/** `real_server ADDRESS PORT { weight, TCP_CHECK, … }` */
export function readRealServer(
  reader: Reader,
  statement: Statement,
  defaults: ServerDefaults,
): RealServerConfiguration | undefined {
  const endpoint = readEndpoint(reader, statement);
  const draft = { ...defaults, checks: { ...defaults.checks } };
  const checkLines: Statement[] = [];
  reader.block(reader.blockOf(statement), 'real_server', {
    weight: (line) => (draft.weight = integer(reader, line, { min: 0, max: 65_535 }) ?? draft.weight),
    lvs_method: (line) => (draft.forwarding = readForwarding(reader, line) ?? draft.forwarding),
    alpha: (line) => (draft.startsDown = flag(reader, line)),
    inhibit_on_failure: (line) => (draft.inhibitOnFailure = flag(reader, line)),
    ...checkKeywords(reader, draft.checks),
    TCP_CHECK: (line) => checkLines.push(line),
    smtp_alert: () => undefined,
  });
  if (!endpoint) return undefined;
  return {
    ...endpoint,
    forwarding: draft.forwarding,
    weight: draft.weight,
    inhibitOnFailure: draft.inhibitOnFailure,
    startsDown: draft.startsDown,
    checks: checkLines.map((line) => readTcpCheck(reader, line, draft.checks, endpoint)),
  };
}

function readTcpCheck(
  reader: Reader,
  statement: Statement,
  defaults: CheckDefaults,
  endpoint: Endpoint,
): TcpCheckConfiguration {
  const draft = { ...defaults };
  const target = { ...endpoint };
  let bindAddress: string | undefined;
  const address = (line: Statement): string | undefined => {
    const word = single(reader, line, 'an address');
    return word && ipv4Word(reader, word);
  };
  reader.block(reader.blockOf(statement), 'TCP_CHECK', {
    ...checkKeywords(reader, draft),
    connect_ip: (line) => (target.address = address(line) ?? target.address),
    connect_port: (line) => (target.port = integer(reader, line, { min: 1, max: 65_535 }) ?? target.port),
    bindto: (line) => (bindAddress = address(line)),
  });
  const { warmupMs = draft.intervalMs, ...times } = draft;
  return { kind: 'TCP_CHECK', ...target, ...times, warmupMs, ...(bindAddress === undefined ? {} : { bindAddress }) };
}
