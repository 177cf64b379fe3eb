import type { ServerDefinition, ServiceDefinition, ServiceKey, TableCommand } from '../../api/table.ts';
import type { RealServerConfiguration, VirtualServerConfiguration } from '../../engine/checks/configuration.ts';
import type { DirectorConfiguration } from '../configuration.ts';
import { describeServer, describeService } from '../describe.ts';
import { nearestWord } from '../nearest-word.ts';
import { sortProblems, type Problem } from '../problem.ts';
import { Reader, shown } from '../reader.ts';
import type { ParseResult } from '../result.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';

/** One of the words of a command line, and how many letters into it. */
export interface RulePlace {
  readonly index: number;
  readonly offset: number;
}

/** `at`: absent where the line as a whole is meant. */
export interface RuleComplaint extends Pick<Problem, 'severity' | 'message' | 'expected' | 'nearest'> {
  readonly at?: RulePlace;
}

/** Reads the words of one ipvsadm command line: what it does, and what is to be said about it. */
export type RuleReader = (words: readonly string[]) => {
  readonly command?: TableCommand;
  readonly complaints: readonly RuleComplaint[];
};

type ServiceDraft = Omit<VirtualServerConfiguration, 'realServers'> & {
  readonly realServers: RealServerConfiguration[];
};

interface Draft {
  readonly services: Map<string, ServiceDraft>;
  /** Lines that could not be read: what refers to their services is no mistake of its own. */
  readonly unread: string[];
  sync?: NonNullable<DirectorConfiguration['sync']>;
  timeouts?: NonNullable<DirectorConfiguration['timeouts']>;
}

/**
 * Reads the rules that `ipvsadm -S` writes, and scripts of ipvsadm commands: the table as it is after the last line.
 * Assignments (`VIP=…`) are followed, as such scripts have them; other commands are left out with a warning.
 */
export function parseIpvsadm(text: string, file: string, readRule: RuleReader): ParseResult {
  const reader = new Reader(file, new Set());
  const draft: Draft = { services: new Map(), unread: [] };
  const variables = new Map<string, string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const column = raw.search(/\S/) + 1;
    const at = { text: raw.trim(), line: index + 1, column };
    if (column === 0 || at.text.startsWith('#')) continue;
    const assignment = /^(?:export\s+)?([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|(\S*))\s*(?:#.*)?$/.exec(at.text);
    if (assignment) variables.set(assignment[1] ?? '', assignment[2] ?? assignment[3] ?? assignment[4] ?? '');
    else readLine(reader, draft, { at, words: wordsOf(at, variables), readRule });
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

/** The words with their columns; a variable may stand for several of them, and these have its column. */
function wordsOf({ text, line, column }: Word, variables: ReadonlyMap<string, string>): Word[] {
  const code = text.replace(/\s#.*$/, '');
  return [...code.matchAll(/\S+/g)].flatMap(({ 0: raw, index }) =>
    raw
      .replaceAll(
        /\$(?:\{(\w+)\}|(\w+))/g,
        (found, braced?: string, bare?: string) => variables.get(braced ?? bare ?? '') ?? found,
      )
      .split(/\s+/)
      .map((word) => ({ text: word.replaceAll(/["']/g, ''), raw, line, column: column + index }))
      .filter((word) => word.text !== ''),
  );
}

function readLine(
  reader: Reader,
  draft: Draft,
  { at, words, readRule }: { at: Word; words: readonly Word[]; readRule: RuleReader },
): void {
  const first = words[0]?.text ?? '';
  const program = /^(?:\/\S*\/)?ipvsadm$/.test(first);
  if (!program && !first.startsWith('-')) {
    reader.warn(at, `"${shown(first)}" is not a rule of ipvsadm and is left out`, {
      expected: '-A, -a or another command',
      ...defined({ nearest: nearestWord(first, ['ipvsadm']) }),
    });
    return;
  }
  const rule = program ? words.slice(1) : words;
  const { command, complaints } = readRule(rule.map(({ text }) => text));
  if (!command) draft.unread.push(rule.map(({ text }) => text).join(' '));
  for (const complaint of complaints) report(reader, complaint, { rule, at });
  if (command) apply(reader, draft, command, at);
}

function report(
  reader: Reader,
  { severity, message, at: place, expected, nearest }: RuleComplaint,
  { rule, at }: { readonly rule: readonly Word[]; readonly at: Word },
): void {
  const word = place === undefined ? at : (rule[place.index] ?? at);
  // What a variable stands for, or what stood in quotes, has no column of its own.
  const column = word.column + (place && word.raw === word.text ? place.offset : 0);
  const details = defined({ expected, nearest });
  if (severity === 'error') reader.error({ ...word, column }, shown(message), details);
  else reader.warn({ ...word, column }, shown(message), details);
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
    const name = service.mark === undefined ? service.address : `-f ${service.mark}`;
    if (draft.unread.some((line) => line.includes(name))) return;
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
