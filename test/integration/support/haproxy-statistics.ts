import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseHaproxy } from '../../../director/config/haproxy/parse.ts';
import { clearCounters } from '../../../director/engine/proxy/commands/clear-counters.ts';
import type { CommandScope, Level } from '../../../director/engine/proxy/commands/command.ts';
import { ErrorCaptures } from '../../../director/engine/proxy/commands/error-captures.ts';
import { CommandInterpreter } from '../../../director/engine/proxy/commands/interpreter.ts';
import type { ProxyConfiguration } from '../../../director/engine/proxy/configuration.ts';
import { settingOf } from '../../../director/engine/proxy/formats/setting-of.ts';
import type { RulePorts } from '../../../director/engine/proxy/samples/setting.ts';
import { ServerStates } from '../../../director/engine/proxy/states/server-states.ts';
import { makePage } from '../../../director/engine/proxy/statistics/page.ts';
import { ProcessCounters, type ProcessFacts } from '../../../director/engine/proxy/statistics/process-facts.ts';
import { ServerControl } from '../../../director/engine/proxy/statistics/server-control.ts';
import { makeTable } from '../../../director/engine/proxy/stick/table.ts';
import { ProxyBed } from '../../../director/engine/proxy/testing/proxy-bed.ts';
import { formatAddress, parseAddress } from '../../../director/engine/address.ts';

/** Nobody listens on the servers' ports; `down` is checked, and found so. */
export const configuration = (folder: string): string => `global
  stats socket ${folder}/admin mode 600 level admin
  stats socket ${folder}/operator mode 600 level operator
  stats socket ${folder}/user mode 600 level user
  maxconn 500
  node nodeA
  description global desc
defaults
  mode http
  timeout connect 1s
  timeout client 10s
  timeout server 10s
frontend fe
  bind unix@${folder}/fe name web
  option socket-stats
  stick-table type ip size 1k expire 10m store conn_cnt,http_req_rate(10s),gpc0
  default_backend be
frontend tcpf
  mode tcp
  bind unix@${folder}/tcpf
  default_backend tb
backend be
  balance roundrobin
  cookie SRV insert indirect nocache
  server down 127.0.0.1:1 check cookie a inter 50s fall 1
  server spare 127.0.0.1:2 cookie b backup
  server off 127.0.0.1:3 weight 5 disabled
  server follower 127.0.0.1:4 track be/down
  server free 127.0.0.1:5
backend tb
  mode tcp
  balance leastconn
  server t1 127.0.0.1:6 maxconn 10 maxqueue 5
listen stats
  bind unix@${folder}/stats
  description The stats
  stats enable
  stats uri /haproxy?stats
  stats realm My\\ Realm
  stats auth admin:secret
  stats refresh 5s
  stats show-node
  stats show-legends
  stats show-desc Hello desc
  stats admin if TRUE
  server z1 127.0.0.1:7
listen plain
  bind unix@${folder}/plain
  stats uri /plain
  stats hide-version
  stats scope be
  stats scope .
`;

export interface Answer {
  readonly head: string;
  readonly body: string;
}

/** Debian's haproxy with this configuration, on sockets in a folder of its own. */
export class HaproxyStatistics {
  readonly folder: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async start(): Promise<HaproxyStatistics> {
    const haproxy = new HaproxyStatistics(await mkdtemp(join(tmpdir(), 'relevo-statistics-')));
    const { folder } = haproxy;
    const file = join(folder, 'haproxy.cfg');
    await writeFile(file, configuration(folder));
    haproxy.#process = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
    const isReady = async (): Promise<boolean> =>
      existsSync(join(folder, 'plain')) && (await haproxy.command('show stat')).includes('L4CON');
    for (let tries = 0; !(await isReady()); tries++) {
      if (tries === 200) throw new Error('haproxy does not find its server down');
      await sleep(50);
    }
    return haproxy;
  }

  command(line: string, level: Level = 'admin'): Promise<string> {
    return this.#exchange(level, `${line}\n`);
  }

  async page(name: string, request: string): Promise<Answer> {
    const [head = '', ...rest] = (await this.#exchange(name, request)).split('\r\n\r\n');
    const body = rest.join('\r\n\r\n');
    return { head, body: /transfer-encoding: chunked/.test(head) ? unchunked(body) : body };
  }

  async stop(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  #exchange(socket: string, text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const client = connect(join(this.folder, socket), () => client.write(text, 'latin1'));
      client.setTimeout(5000, () => client.destroy(new Error(`no answer to ${text}`)));
      client.on('data', (data) => (answer += data.toString('latin1')));
      client.on('error', reject);
      client.on('close', () => resolve(answer));
    });
  }
}

function unchunked(text: string): string {
  let body = '';
  for (let at = 0; ;) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    if (!(size > 0)) return body;
    body += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}

function portsOf({ userlists, global }: ProxyConfiguration): RulePorts {
  return {
    userlists,
    buffers: global.buffers,
    processId: 4242,
    environmentVariable: () => undefined,
    file: () => undefined,
    formatOf: () => undefined,
    addressesOf: () => [],
    zoneOffset: () => 0,
    matchesHash: () => false,
    isLocal: () => false,
  };
}

/** Ours with the same configuration, and no sockets. */
export class DirectorStatistics {
  readonly bed: ProxyBed;
  readonly scope: CommandScope;

  constructor(folder: string) {
    const { configuration: read, problems } = parseHaproxy(configuration(folder), 'haproxy.cfg');
    if (read === undefined) throw new Error(JSON.stringify(problems));
    const ports = portsOf(read);
    const process = factsOf(read);
    const parts: { process: ProcessFacts; control: ServerControl | undefined } = { process, control: undefined };
    this.bed = new ProxyBed(read, {
      table: makeTable,
      page: (proxy, environment) => makePage(settingOf(proxy, environment, ports), parts),
    });
    const { engine } = this.bed;
    for (const front of engine.frontends.values()) for (const bind of front.front.binds) engine.listener(front, bind);
    for (const { servers } of engine.backends.values())
      for (const server of servers)
        if (server.settings.endpoint.kind === 'inet') server.address = server.settings.endpoint.host;
    const states = new ServerStates(engine.backends, engine.deadlines, {
      ...{ log: () => undefined, endStreams: () => undefined, closeIdle: () => undefined },
    });
    const control = new ServerControl(states, { endStreams: () => undefined });
    parts.control = control;
    this.scope = {
      ...{ environment: engine, process, servers: control, errors: new ErrorCaptures(), zoneOffset: () => 0 },
      frontends: {
        ...{ pause: () => undefined, resume: () => undefined, stop: () => undefined },
        limitChanged: () => undefined,
      },
      streams: { streams: () => [], end: () => undefined },
      sockets: (['admin', 'operator', 'user'] as const).map((level) => ({ place: `unix@${folder}/${level}`, level })),
      clearCounters: (all) => clearCounters(engine, all),
      parseAddress: (text) => {
        const address = parseAddress(text);
        return address && formatAddress(address);
      },
    };
    this.#findDown(states);
  }

  command(line: string, level: Level = 'admin'): string {
    return new CommandInterpreter(this.scope, level, 'none').answer(line, this.bed.now);
  }

  page(name: string, request: string): Answer {
    const wire = this.bed.connect(name);
    wire.deliver(request, this.bed.now);
    const [head = '', ...rest] = wire.takeSent().split('\r\n\r\n');
    return { head, body: rest.join('\r\n\r\n') };
  }

  /** What haproxy's check has found. */
  #findDown(states: ServerStates): void {
    const server = this.bed.engine.backends.get('be')?.server('down');
    if (server === undefined) throw new Error('there is no such server');
    const report = {
      status: 'L4CON',
      durationMs: 0,
      description: 'Layer4 connection problem',
      last: 'Connection refused',
    };
    server.health = 0;
    server.check = report;
    server.counters.failedChecks = 1;
    states.setStopped(server, this.bed.now, report);
  }
}

function factsOf({ global }: ProxyConfiguration): ProcessFacts {
  return {
    ...{ version: '2.6.12', releaseDate: '2023/03/28', processId: 4242, startedAt: 0, threads: 1, openFiles: 1024 },
    ...{ maxConnections: global.limits.connections ?? 2000, hardMaxConnections: global.limits.connections ?? 2000 },
    ...{ counters: new ProcessCounters(0), listeners: 7, connectionRateLimit: 0, sessionRateLimit: 0 },
    ...{ tlsRateLimit: 0, tlsConnectionsLimit: 0 },
    ...(global.node === undefined ? {} : { node: global.node }),
    ...(global.description === undefined ? {} : { description: global.description }),
    idlePercent: () => 100,
    memory: () => 0,
  };
}
