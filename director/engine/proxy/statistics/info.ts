import type { ProxyEnvironment } from '../runtime/environment.ts';
import type { ProcessFacts } from './process-facts.ts';
import { upTime } from './html/text.ts';

type Line = readonly [name: string, value: string | number];

const DESCRIPTORS = 'Hard limit on the number of per-process file descriptors';

/** What `show info desc` says of the lines, as far as their names do not. */
const descriptions: Readonly<Record<string, string>> = {
  Name: 'Product name',
  Version: 'Product version',
  Release_date: 'Date of latest source code update',
  Nbthread: 'Number of started threads (global.nbthread)',
  Nbproc: 'Number of started worker processes (historical, always 1)',
  Process_num: 'Relative worker process number (1)',
  Pid: 'This worker process identifier for the system',
  Uptime: 'How long ago this worker process was started (days+hours+minutes+seconds)',
  Uptime_sec: 'How long ago this worker process was started (seconds)',
  Memmax_MB: "Worker process's hard limit on memory usage in MB (-m on command line)",
  'Ulimit-n': DESCRIPTORS,
  Maxconn: 'Hard limit on the number of per-process connections (configured or imposed by Ulimit-n)',
  CurrConns: 'Current number of connections on this worker process',
  CumConns: 'Total number of connections on this worker process since started',
};

/** Current client connections of all frontends. */
export function currentConnections({ frontends }: Pick<ProxyEnvironment, 'frontends'>): number {
  let sum = 0;
  for (const { current } of frontends.values()) sum += current;
  return sum;
}

function identity({ version, releaseDate, processId, startedAt, threads }: ProcessFacts, now: number): Line[] {
  const seconds = Math.max(0, Math.floor(now / 1000) - Math.floor(startedAt / 1000));
  return [
    ...[['Name', 'HAProxy'] as const, ['Version', version] as const, ['Release_date', releaseDate] as const],
    ...[['Nbthread', threads] as const, ['Nbproc', 1] as const, ['Process_num', 1] as const],
    ...[['Pid', processId] as const, ['Uptime', upTime(seconds)] as const, ['Uptime_sec', seconds] as const],
  ];
}

const megabytes = (octets: number): number => Math.floor(octets / 1_048_576);

function limits(facts: ProcessFacts): Line[] {
  const octets = facts.memory();
  return [
    ['Memmax_MB', 0],
    ['PoolAlloc_MB', megabytes(octets)],
    ['PoolUsed_MB', megabytes(octets)],
    ['PoolFailed', 0],
    ['Ulimit-n', facts.openFiles],
    ['Maxsock', facts.openFiles],
    ['Maxconn', facts.maxConnections],
    ['Hard_maxconn', facts.hardMaxConnections],
  ];
}

function traffic(facts: ProcessFacts, environment: ProxyEnvironment, now: number): Line[] {
  const { counters } = facts;
  return [
    ['CurrConns', currentConnections(environment)],
    ['CumConns', counters.connections],
    ['CumReq', counters.requests],
    ['MaxSslConns', facts.tlsConnectionsLimit],
    ['CurrSslConns', 0],
    ['CumSslConns', counters.tlsConnections],
    ['Maxpipes', 0],
    ['PipesUsed', 0],
    ['PipesFree', 0],
    ['ConnRate', counters.connectionRate.rate(now)],
    ['ConnRateLimit', facts.connectionRateLimit],
    ['MaxConnRate', counters.connectionRateMax],
    ['SessRate', counters.sessionRate.rate(now)],
    ['SessRateLimit', facts.sessionRateLimit],
    ['MaxSessRate', counters.sessionRateMax],
    ['SslRate', counters.tlsRate.rate(now)],
    ['SslRateLimit', facts.tlsRateLimit],
    ['MaxSslRate', counters.tlsRateMax],
  ];
}

/** Names of what there is none of here. */
const never = [
  ...['SslFrontendKeyRate', 'SslFrontendMaxKeyRate', 'SslFrontendSessionReuse_pct', 'SslBackendKeyRate'],
  ...['SslBackendMaxKeyRate', 'SslCacheLookups', 'SslCacheMisses', 'CompressBpsIn', 'CompressBpsOut'],
  'CompressBpsRateLim',
] as const;

function rest(facts: ProcessFacts, environment: ProxyEnvironment, now: number): Line[] {
  const { counters, version, startedAt } = facts;
  const current = currentConnections(environment);
  const octets = facts.memory();
  return [
    ...never.map((name) => [name, 0] as const),
    ...[['Tasks', current] as const, ['Run_queue', 0] as const, ['Idle_pct', facts.idlePercent()] as const],
    ['node', facts.node ?? environment.hostName],
    ...(facts.description === undefined ? [] : [['description', facts.description] as const]),
    ...[['Stopping', environment.stopping ? 1 : 0] as const, ['Jobs', facts.listeners + current] as const],
    ...[['Unstoppable Jobs', 0] as const, ['Listeners', facts.listeners] as const],
    ...[['ActivePeers', 0] as const, ['ConnectedPeers', 0] as const, ['DroppedLogs', counters.droppedLogs] as const],
    ...[['BusyPolling', 0] as const, ['FailedResolutions', 0] as const, ['TotalBytesOut', counters.bytesOut] as const],
    ...[['TotalSplicdedBytesOut', 0] as const, ['BytesOutRate', counters.outRate.rate(now)] as const],
    ...[['DebugCommandsIssued', 0] as const, ['CumRecvLogs', 0] as const, ['Build info', version] as const],
    ...[['Memmax_bytes', 0] as const, ['PoolAlloc_bytes', octets] as const, ['PoolUsed_bytes', octets] as const],
    ...[['Start_time_sec', Math.floor(startedAt / 1000)] as const, ['Tainted', 0] as const],
  ];
}

/** `show info`, with what the lines mean behind them if that is asked for. */
export function infoText(facts: ProcessFacts, environment: ProxyEnvironment, describes: boolean): string {
  const now = environment.now();
  const lines: Line[] = [
    ...identity(facts, now),
    ...limits(facts),
    ...traffic(facts, environment, now),
    ...rest(facts, environment, now),
  ];
  return lines
    .map(([name, value]) => `${name}: ${value}${describes ? `:"${descriptions[name] ?? name}"` : ''}\n`)
    .join('');
}
