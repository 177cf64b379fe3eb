import { logDate } from '../formats/dates.ts';
import { fullConnections } from '../dispatch/full-connections.ts';
import type { Stream } from '../runtime/stream.ts';
import { csvHeader, csvLine } from '../statistics/csv.ts';
import { humanTime } from '../statistics/html/text.ts';
import { infoText } from '../statistics/info.ts';
import { allRows, isShown, rowsOf, runningProxies, type Selection } from '../statistics/rows.ts';
import { CommandError, type Command, type Invocation } from './command.ts';
import { leadingNumber } from './words.ts';

const NOT_SERVED = 'Typed and JSON output are not served.\n';

function isServed(words: readonly string[]): void {
  if (words.includes('typed') || words.includes('json')) throw new CommandError(NOT_SERVED);
}

/** `<iid|proxy> <type> <sid>` in front of the other words. */
function selectionOf({ scope, words }: Invocation): Selection {
  const plain = { hidesDown: words.includes('up'), hidesMaintenance: words.includes('no-maint') };
  const [which, types, serverId] = words;
  if (which === undefined || types === undefined || serverId === undefined) return { ...allRows, ...plain };
  const bounds = { types: leadingNumber(types), serverId: leadingNumber(serverId) };
  const { frontends, backends } = scope.environment;
  const named = frontends.has(which) || backends.has(which);
  if (named) return { ...plain, ...bounds, wants: ({ name }) => name === which };
  if (!/^-?\d+$/.test(which)) throw new CommandError('No such proxy.\n');
  const id = Number(which);
  return { ...plain, ...bounds, wants: (_proxy, own) => id === -1 || own === id };
}

function showStatistics(invocation: Invocation): string {
  const { scope, state, words, now } = invocation;
  isServed(words);
  const selection = selectionOf(invocation);
  const context = {
    ...{ now, legends: state.level !== 'user', maxConnections: scope.process.maxConnections },
    tracked: scope.servers.states.trackedBy.bind(scope.servers.states),
    fullConnections: (backend: Parameters<typeof fullConnections>[0]) =>
      fullConnections(backend, scope.environment, scope.process.maxConnections),
  };
  const shown = runningProxies(scope.environment).filter(isShown);
  const wanted = shown.filter(({ settings, id }) => selection.wants(settings, id));
  return (
    csvHeader +
    wanted
      .flatMap((proxy) => rowsOf(proxy, selection, context))
      .map(csvLine)
      .join('')
  );
}

const pointer = ({ number }: Stream): string => `0x${(number + 1).toString(16)}`;

function streamLine(stream: Stream, now: number): string {
  const { session, backend, server, times } = stream;
  const { address, port } = session.from;
  const family = address === '' ? 'unix_stream' : address.includes(':') ? 'tcpv6' : 'tcpv4';
  const source = address === '' ? 'unix:1' : `${address}:${port}`;
  const age = humanTime(Math.max(0, Math.floor((now - times.startedAt) / 1000)));
  return (
    `${pointer(stream)}: proto=${family} src=${source} fe=${session.frontend.settings.name} ` +
    `be=${backend?.settings.name ?? '<NONE>'} srv=${server?.settings.name ?? '<none>'} age=${age} ` +
    `in=${stream.bytesIn} out=${stream.bytesOut} rc=${stream.retries}\n`
  );
}

function showStreams({ scope, words, now }: Invocation): string {
  const [which] = words;
  const streams = [...scope.streams.streams()];
  if (which === undefined || which === 'all' || leadingPointer(which) === 0)
    return streams.map((stream) => streamLine(stream, now)).join('');
  const found = streams.find((stream) => stream.number + 1 === leadingPointer(which));
  if (found === undefined) throw new CommandError('Session not found.\n');
  return streamLine(found, now);
}

/** As strtoul reads it: 0 for what is no number. */
const leadingPointer = (text: string): number => Number.parseInt(/^0x([\da-f]+)/i.exec(text)?.[1] ?? '0', 16);

function endStream({ scope, words, now }: Invocation): string {
  const [which = ''] = words;
  const wanted = leadingPointer(which);
  if (wanted === 0) throw new CommandError("Session pointer expected (use 'show sess').\n");
  const found = [...scope.streams.streams()].find(({ number }) => number + 1 === wanted);
  if (found === undefined) throw new CommandError("No such session (use 'show sess').\n");
  scope.streams.end(found, now);
  return '';
}

function showErrors({ scope, words, now }: Invocation): string {
  const [name = '-1', kind] = words;
  const chosen = runningProxies(scope.environment).filter(
    ({ settings, id }) => name === '-1' || settings.name === name || String(id) === name,
  );
  if (chosen.length === 0) throw new CommandError('No such proxy.\n');
  const captured = scope.errors.captured(
    chosen.map(({ settings }) => settings.name),
    kind,
    (ms) => scope.zoneOffset(ms),
  );
  return `Total events captured on [${logDate(now, scope.zoneOffset(now))}] : ${scope.errors.total}\n${captured}`;
}

function clearCounters({ scope, words, state }: Invocation): string {
  const all = words[0] === 'all';
  if (all && state.level !== 'admin') throw new CommandError('Permission denied\n');
  if (!all && state.level === 'user') throw new CommandError('Permission denied\n');
  scope.clearCounters(all);
  scope.process.counters.clearMaxima();
  return '';
}

export const showCommands: readonly Command[] = [
  {
    name: 'show stat',
    usage: 'show stat [desc|json|no-maint|typed|up]*: report counters for each proxy and server',
    level: 'user',
    run: showStatistics,
  },
  {
    name: 'show info',
    usage: 'show info [desc|json|typed|float]*      : report information about the running process',
    level: 'user',
    run: ({ scope, words }: Invocation): string => {
      isServed(words);
      return infoText(scope.process, scope.environment, words.includes('desc'));
    },
  },
  {
    name: 'show version',
    usage: 'show version                            : show version of the current process',
    level: 'user',
    run: ({ scope }) => `${scope.process.version}\n`,
  },
  {
    name: 'show sess',
    usage: 'show sess [id]                          : report the list of current sessions or dump this exact session',
    level: 'operator',
    run: showStreams,
  },
  {
    name: 'show errors',
    usage: 'show errors [<px>] [request|response]   : report last request and/or response errors for each proxy',
    level: 'operator',
    run: showErrors,
  },
  {
    name: 'shutdown session',
    usage: 'shutdown session [id]                   : kill a specific session',
    level: 'admin',
    run: endStream,
  },
  {
    name: 'clear counters',
    usage: 'clear counters [all]                    : clear max statistics counters (or all counters)',
    level: 'user',
    run: clearCounters,
  },
];
