import type { RealServerConfiguration, VirtualServerConfiguration } from '../../engine/checks/configuration.ts';
import type { Reader } from '../reader.ts';
import type { Statement } from '../statements.ts';
import { choice, flag } from '../values.ts';
import { checkKeywords, tcpCheckDefaults } from './check-defaults.ts';
import { readEndpoint } from './endpoint.ts';
import { readForwarding } from './forwarding.ts';
import { readRealServer, type ServerDefaults } from './real-server.ts';

/** keepalived's names (check_parser.c); those that the forwarding planes cannot do yet are refused, not replaced. */
const schedulers = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'fo',
  'ovf',
  'lblc',
  'lblcr',
  'sh',
  'mh',
  'dh',
  'sed',
  'nq',
  'twos',
] as const;
const built: readonly string[] = ['rr'];

export interface VirtualServerDraft {
  readonly statement: Statement;
  readonly serverStatements: Statement[];
}

/** `extraServers`: real servers that a stray brace has pushed out of the block; they count as written inside. */
export function readVirtualServer(
  reader: Reader,
  { statement, serverStatements: extraServers }: VirtualServerDraft,
): VirtualServerConfiguration | undefined {
  const endpoint = readEndpoint(reader, statement);
  const serverLines: Statement[] = [];
  // keepalived: a missing protocol means TCP, a missing lb_algo wlc.
  const draft = { protocol: 'TCP' as 'TCP' | 'UDP', scheduler: undefined as string | undefined };
  const defaults: ServerDefaults = {
    checks: { ...tcpCheckDefaults },
    forwarding: 'masq',
    weight: 1,
    startsDown: false,
    inhibitOnFailure: false,
  };
  const scheduler = (line: Statement): void => {
    draft.scheduler = readScheduler(reader, line) ?? draft.scheduler;
  };
  const forwarding = (line: Statement): void => {
    defaults.forwarding = readForwarding(reader, line) ?? defaults.forwarding;
  };
  reader.block(reader.blockOf(statement), 'virtual_server', {
    lb_algo: scheduler,
    lvs_sched: scheduler,
    lb_kind: forwarding,
    lvs_method: forwarding,
    protocol: (line) => (draft.protocol = choice(reader, line, ['TCP', 'UDP']) ?? draft.protocol),
    alpha: (line) => (defaults.startsDown = flag(reader, line)),
    inhibit_on_failure: (line) => (defaults.inhibitOnFailure = flag(reader, line)),
    ...checkKeywords(reader, defaults.checks),
    real_server: (line) => serverLines.push(line),
    smtp_alert: () => undefined,
    omega: () => undefined,
  });
  const realServers = readServers(reader, [...serverLines, ...extraServers], defaults);
  if (realServers.length === 0) reader.warn(statement.keyword, 'a virtual server without real servers serves nobody');
  if (draft.scheduler === undefined)
    reader.error(statement.keyword, 'a virtual server without lb_algo (wlc, which is not supported yet)', {
      expected: 'lb_algo rr',
    });
  return endpoint && { ...endpoint, protocol: draft.protocol, scheduler: draft.scheduler ?? 'rr', realServers };
}

function readScheduler(reader: Reader, statement: Statement): string | undefined {
  const name = choice(reader, statement, schedulers);
  if (name === undefined || built.includes(name)) return name;
  reader.error(statement.keyword, `the scheduler ${name} is not supported yet`, { expected: built.join(', ') });
  return built[0];
}

function readServers(reader: Reader, lines: readonly Statement[], defaults: ServerDefaults): RealServerConfiguration[] {
  const servers: RealServerConfiguration[] = [];
  for (const line of lines) {
    const server = readRealServer(reader, line, defaults);
    if (!server) continue;
    if (servers.some(({ address, port }) => address === server.address && port === server.port))
      reader.error(line.keyword, `real server ${server.address} ${server.port} is there twice`);
    else servers.push(server);
  }
  return servers;
}
