import type { ServerDefinition, ServiceDefinition, ServiceKey, TableCommand } from '../../api/table.ts';
import type { RealServerConfiguration, VirtualServerConfiguration } from '../../engine/checks/configuration.ts';
import type { DirectorConfiguration } from '../configuration.ts';
import { describeServer, describeService } from '../describe.ts';
import { sortProblems } from '../problem.ts';
import { Reader, shown } from '../reader.ts';
import type { ParseResult } from '../result.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';

/** Reads the words of one ipvsadm command line; what is wrong with it is told in its own words. */
export type RuleReader = (words: readonly string[]) => TableCommand | { readonly wrong: string };

type ServiceDraft = Omit<VirtualServerConfiguration, 'realServers'> & {
  readonly realServers: RealServerConfiguration[];
};

interface Draft {
  readonly services: Map<string, ServiceDraft>;
  sync?: NonNullable<DirectorConfiguration['sync']>;
  timeouts?: NonNullable<DirectorConfiguration['timeouts']>;
}

/**
 * Reads the rules that `ipvsadm -S` writes, and scripts of ipvsadm commands: the table as it is after the last line.
 * Assignments (`VIP=…`) are followed, as such scripts have them; other commands are left out with a warning.
 */
export function parseIpvsadm(text: string, file: string, readRule: RuleReader): ParseResult {
  const reader = new Reader(file, new Set());
  const draft: Draft = { services: new Map() };
  const variables = new Map<string, string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const column = raw.search(/\S/) + 1;
    const at = { text: raw.trim(), line: index + 1, column };
    if (column === 0 || at.text.startsWith('#')) continue;
    const assignment = /^(?:export\s+)?([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|(\S*))\s*(?:#.*)?$/.exec(at.text);
    if (assignment) variables.set(assignment[1] ?? '', assignment[2] ?? assignment[3] ?? assignment[4] ?? '');
    else readLine(reader, draft, { at, words: wordsOf(at.text, variables), readRule });
  }
  const { origins } = reader;
  const problems = sortProblems(reader.problems);
  if (problems.some(({ severity }) => severity === 'error')) return { problems, origins };
  const configuration: DirectorConfiguration = {
    instances: [],
    virtualServers: [...draft.services.values()],
    marks: [],
    ...defined({ sync: draft.sync, timeouts: draft.timeouts }),
    plane: 'auto',
  };
  return { configuration, problems, origins };
}

function wordsOf(line: string, variables: ReadonlyMap<string, string>): string[] {
  return line
    .replace(/\s#.*$/, '')
    .replaceAll(
      /\$(?:\{(\w+)\}|(\w+))/g,
      (found, braced?: string, bare?: string) => variables.get(braced ?? bare ?? '') ?? found,
    )
    .split(/\s+/)
    .map((word) => word.replaceAll(/["']/g, ''))
    .filter((word) => word !== '');
}

function readLine(
  reader: Reader,
  draft: Draft,
  { at, words, readRule }: { at: Word; words: readonly string[]; readRule: RuleReader },
): void {
  const [first = ''] = words;
  const program = /^(?:\/\S*\/)?ipvsadm$/.test(first);
  if (!program && !first.startsWith('-')) {
    reader.warn(at, `"${shown(first)}" is not a rule of ipvsadm and is left out`, {
      expected: '-A, -a or another command',
    });
    return;
  }
  const rule = readRule(program ? words.slice(1) : words);
  if ('wrong' in rule) reader.error(at, shown(rule.wrong));
  else apply(reader, draft, rule, at);
}

function apply(reader: Reader, draft: Draft, command: TableCommand, at: Word): void {
  switch (command.type) {
    case 'add-service':
    case 'edit-service':
      putService(reader, draft, command, at);
      break;
    case 'delete-service':
      if (!draft.services.delete(keyOf(command.service)))
        reader.error(at, `no ${describeService(withoutUndefined(command.service))}`);
      break;
    case 'add-server':
    case 'edit-server':
      putServer(reader, draft, command, at);
      break;
    case 'delete-server':
      deleteServer(reader, draft, command, at);
      break;
    case 'flush':
      draft.services.clear();
      break;
    case 'set-timeouts':
      draft.timeouts = command.timeouts;
      break;
    case 'start-sync': {
      const { role: _role, ...daemon } = command.daemon;
      draft.sync = daemon;
      break;
    }
    case 'stop-sync':
      delete draft.sync;
      break;
    default:
      break;
  }
}

function keyOf({ protocol, address, port, mark }: ServiceKey): string {
  return `${protocol} ${address} ${port} ${mark ?? ''}`;
}

function withoutUndefined({ protocol, address, port, mark }: ServiceKey) {
  return { protocol, address, port, ...defined({ mark }) };
}

function putService(
  reader: Reader,
  draft: Draft,
  { type, service }: { readonly type: string; readonly service: ServiceDefinition },
  at: Word,
): void {
  const key = keyOf(service);
  const earlier = draft.services.get(key);
  const exists = earlier !== undefined;
  if (exists === (type === 'add-service'))
    reader.error(at, exists ? 'Service already exists' : 'No such service', {
      expected: exists ? '-E' : '-A before -E',
    });
  const { persistence } = service;
  const entry: ServiceDraft = {
    ...withoutUndefined(service),
    ...{ scheduler: service.scheduler, schedulerFlags: service.schedulerFlags },
    ...(persistence
      ? {
          persistence: {
            timeoutSeconds: persistence.timeoutSeconds,
            mask: persistence.mask,
            ...defined({ engine: persistence.engine }),
          },
        }
      : {}),
    onePacket: service.onePacket,
    realServers: earlier?.realServers ?? [],
    ...{ quorum: 1, hysteresis: 0, notifiesOnStop: false },
  };
  draft.services.set(key, reader.placed(entry, at));
}

function putServer(
  reader: Reader,
  draft: Draft,
  { type, service, server }: { readonly type: string; readonly service: ServiceKey; readonly server: ServerDefinition },
  at: Word,
): void {
  const owner = draft.services.get(keyOf(service));
  if (!owner) {
    reader.error(at, 'Service not defined', { expected: '-A before -a' });
    return;
  }
  const index = owner.realServers.findIndex(({ address, port }) => address === server.address && port === server.port);
  if (index >= 0 === (type === 'add-server')) {
    reader.error(at, index >= 0 ? 'Destination already exists' : 'No such destination');
    return;
  }
  const entry: RealServerConfiguration = {
    ...{ address: server.address, port: server.port, forwarding: server.forwarding, weight: server.weight },
    ...defined({ tunnel: server.tunnel }),
    ...{ upperThreshold: server.upperThreshold, lowerThreshold: server.lowerThreshold },
    ...{ inhibitOnFailure: false, startsDown: false, checks: [] },
  };
  owner.realServers.splice(index < 0 ? owner.realServers.length : index, 1, reader.placed(entry, at));
}

function deleteServer(
  reader: Reader,
  draft: Draft,
  {
    service,
    server,
  }: { readonly service: ServiceKey; readonly server: { readonly address: string; readonly port: number } },
  at: Word,
): void {
  const servers = draft.services.get(keyOf(service))?.realServers;
  const index = servers?.findIndex(({ address, port }) => address === server.address && port === server.port) ?? -1;
  if (index < 0) reader.error(at, `no ${describeServer(server)} there`);
  else servers?.splice(index, 1);
}
