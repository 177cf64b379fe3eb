import { HeadEdits } from '../../http/head-edits.ts';
import { fieldName } from '../../http/field-name.ts';
import { fromLatin1 } from '../../http/octets.ts';
import { RequestHead } from '../../http/request-head.ts';
import { ResponseHead } from '../../http/response-head.ts';
import type { Listen } from '../configuration.ts';
import { countArrival } from '../exchange/accounting.ts';
import { Deadlines } from '../exchange/deadlines.ts';
import { StreamState } from '../exchange/stream-state.ts';
import { makeDispatcher } from '../dispatch/make-dispatcher.ts';
import { makeCookies } from '../persistence/cookie-persistence.ts';
import { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { Assignment, Dispatcher, RuleLists, Waiting } from '../runtime/collaborators.ts';
import { FrontendRuntime } from '../runtime/frontend-runtime.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Session } from '../runtime/session.ts';
import type { StickEntries } from '../runtime/stick-entries.ts';
import type { Stream } from '../runtime/stream.ts';
import { ServerStates } from '../states/server-states.ts';
import { makeSticking, type StickProbe } from '../stick/sticking.ts';
import { makeTable } from '../stick/table.ts';
import type { StickRule } from '../stick-tables.ts';

export interface VisitOptions {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly source?: string;
  /** Of a connection that has had requests before. */
  readonly session?: Session;
}

export interface BedOptions {
  readonly rules?: Partial<Pick<RuleLists, 'chooseServer' | 'persistence'>>;
  readonly fetch?: (stream: Stream) => string | undefined;
  readonly probe?: (rule: StickRule) => StickProbe;
  readonly random?: () => number;
  readonly now?: number;
}

/** Backends whose clients, servers' answers and clock are the test's; nothing of messages but their heads. */
export class DispatchBed {
  readonly backend: BackendRuntime;
  readonly frontend: FrontendRuntime;
  readonly dispatcher: Dispatcher;
  readonly states: ServerStates;
  readonly deadlines = new Deadlines();
  readonly cookies: ReturnType<typeof makeCookies>;
  readonly sticking: ReturnType<typeof makeSticking>;
  readonly table: StickEntries | undefined;
  /** Servers that refuse connections, by name. */
  readonly refusing = new Set<string>();
  /** `notice Server web/s1 is …` */
  readonly lines: string[] = [];
  readonly ended: string[] = [];
  now: number;
  readonly pausing = new Set<Visit>();
  readonly queued = new Set<Visit>();
  #number = 0;

  constructor(settings: Listen, options: BedOptions = {}) {
    this.now = options.now ?? 1_000_000;
    this.backend = new BackendRuntime(settings, 2, this.now);
    this.frontend = new FrontendRuntime(settings, 2, this.now);
    for (const server of this.backend.servers) {
      const { endpoint } = server.settings;
      if (endpoint.kind === 'inet') server.address = endpoint.host;
    }
    this.table = makeTable(settings);
    const environment = {
      frontends: new Map([[settings.name, this.frontend]]),
      backends: new Map([[settings.name, this.backend]]),
      tables: new Map(this.table === undefined ? [] : [[settings.name, this.table]]),
      variables: new Map(),
      now: () => this.now,
      random: options.random ?? (() => 0.5),
      hostName: 'bed',
      stopping: false,
    };
    this.cookies = makeCookies(this.backend);
    this.sticking = makeSticking(this.backend, environment, options.probe ?? sourceProbe);
    this.dispatcher = makeDispatcher(
      this.backend,
      { rules: { ...noChoice, ...options.rules }, cookies: this.cookies, sticking: this.sticking },
      environment,
      options.fetch ?? (() => undefined),
    );
    this.states = new ServerStates(environment.backends, this.deadlines, {
      log: ({ level, text }) => this.lines.push(`${level} ${text}`),
      endStreams: (server, cause) => this.ended.push(`${server.settings.name} ${cause}`),
      closeIdle: () => undefined,
    });
  }

  server(name: string): ServerRuntime {
    const server = this.backend.server(name);
    if (server === undefined) throw new Error(`there is no server ${name}`);
    return server;
  }

  /** A request that has come to the backend; goes as far as it can without time. */
  open(options: VisitOptions = {}): Visit {
    const visit = new Visit(this, options, this.#number++);
    visit.start();
    return visit;
  }

  /** A request and its answer at once: the server's name, or what else became of it. */
  visit(options: VisitOptions = {}, answer?: string): string {
    const visit = this.open(options);
    while (visit.state === 'pausing') this.pass(100);
    const outcome = visit.outcome;
    visit.close(answer);
    return outcome;
  }

  /** Names of the servers of so many requests after another. */
  visits(count: number, options: VisitOptions = {}): string {
    return Array.from({ length: count }, () => this.visit(options)).join(' ');
  }

  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    while (this.deadlines.nextAt <= end) {
      this.now = Math.max(this.now, this.deadlines.nextAt);
      this.deadlines.run(this.now);
    }
    this.now = end;
    for (const visit of [...this.pausing]) visit.goOn();
    const patience = this.backend.back.timeouts.queueMs ?? Infinity;
    for (const visit of [...this.queued]) if (end - visit.queuedAt >= patience) visit.giveUp();
  }
}

const noChoice: Pick<RuleLists, 'chooseServer' | 'persistence'> = {
  chooseServer: () => undefined,
  persistence: () => 'normal',
};

const sourceProbe = (): StickProbe => ({
  holds: () => true,
  key: ({ session }) => ({ type: 'ipv4', value: session.source.address }),
});

/** One stream, as the exchange would treat it. */
export class Visit implements Waiting {
  readonly stream: StreamState;
  readonly edits = new HeadEdits();
  answerEdits: HeadEdits | undefined;
  state: 'queued' | 'open' | 'pausing' | 'over' = 'queued';
  /** `none`, `full`, `refused` or `queued`; a server's name. */
  outcome = 'queued';
  /** Whether `checkcache` let the answer pass. */
  passed = true;
  queuedAt = 0;
  readonly #bed: DispatchBed;
  #holds = false;

  constructor(bed: DispatchBed, options: VisitOptions, number: number) {
    this.#bed = bed;
    const session = options.session ?? newSession(bed.frontend, options.source ?? '192.0.2.1', bed.now);
    const stream = new StreamState(session, number, true, bed.now);
    const head = new RequestHead();
    const { method = 'GET', target = '/', headers = [] } = options;
    const octets = fromLatin1([`${method} ${target} HTTP/1.1`, 'host: h', ...headers, '', ''].join('\r\n'));
    head.begin(0);
    if (head.read(octets, octets.length) !== 'done') throw new Error('this is no request');
    this.edits.begin(head.fields);
    this.stream = Object.assign(stream, {
      request: { head, edits: this.edits, body: () => new Uint8Array(0), bodyComplete: true },
      backend: bed.backend,
    });
  }

  start(): void {
    const { backend, dispatcher, now } = this.#bed;
    countArrival(backend, now);
    this.#follow(dispatcher.assign(this, now));
  }

  given(server: ServerRuntime): void {
    this.#follow({ kind: 'given', server });
  }

  refused(): void {
    this.#bed.queued.delete(this);
    this.state = 'over';
    this.outcome = 'refused';
  }

  /** It has waited too long. */
  giveUp(): void {
    this.#bed.queued.delete(this);
    this.#bed.dispatcher.leave(this, this.#bed.now, true);
    this.state = 'over';
    this.outcome = 'late';
  }

  /** The pause before another attempt is over. */
  goOn(): void {
    this.#bed.pausing.delete(this);
    const { server } = this.stream;
    if (this.#holds && server !== undefined) this.#follow({ kind: 'given', server });
    else this.#follow(this.#bed.dispatcher.resume(this, this.#bed.now));
  }

  /** The server answers this (`200` and header lines), and all is over. */
  close(answer?: string): void {
    const { backend, dispatcher, now, cookies, sticking } = this.#bed;
    const { server } = this.stream;
    if (this.state === 'open' && server !== undefined) {
      this.#answer(answer ?? 'HTTP/1.1 200 OK');
      sticking?.storeResponse(this.stream, now);
      this.passed = cookies?.writeResponse(this.stream, now) ?? true;
      dispatcher.release(server, now);
    } else if (this.state === 'queued') dispatcher.leave(this, now);
    this.#bed.queued.delete(this);
    this.state = 'over';
    backend.current--;
  }

  /** What the server got of a field, and what the client got. */
  sent(name: string): string[] {
    return fieldsOf(this.edits, name);
  }

  received(name: string): string[] {
    return this.answerEdits === undefined ? [] : fieldsOf(this.answerEdits, name);
  }

  #answer(text: string): void {
    const head = new ResponseHead();
    const edits = new HeadEdits();
    const octets = fromLatin1(`${text}\r\ncontent-length: 0\r\n\r\n`);
    head.begin(0, { method: this.stream.request?.head.method ?? 'GET', upgrades: false });
    if (head.read(octets, octets.length) !== 'done') throw new Error('this is no answer');
    edits.begin(head.fields);
    this.answerEdits = edits;
    this.stream.response = { head, edits, body: () => new Uint8Array(0), bodyComplete: true };
  }

  #follow(assignment: Assignment): void {
    this.#bed.queued.delete(this);
    if (assignment.kind === 'given') {
      const { name } = assignment.server.settings;
      this.stream.server = assignment.server;
      this.#holds = true;
      this.state = 'open';
      this.outcome = name;
      if (this.#bed.refusing.has(name)) this.#retry(assignment.server);
    } else if (assignment.kind === 'later') this.#pause();
    else {
      this.state = assignment.kind === 'queued' ? 'queued' : 'over';
      this.outcome = assignment.kind;
      if (assignment.kind !== 'queued') return;
      this.queuedAt = this.#bed.now;
      this.#bed.queued.add(this);
    }
  }

  #retry(failed: ServerRuntime): void {
    this.#holds = false;
    const assignment = this.#bed.dispatcher.retry(this, this.#bed.now);
    if (assignment.kind !== 'given' || assignment.server !== failed) this.#follow(assignment);
    else {
      this.#holds = true;
      this.#pause();
    }
  }

  #pause(): void {
    this.state = 'pausing';
    this.#bed.pausing.add(this);
  }
}

export function newSession(frontend: FrontendRuntime, address: string, now: number): Session {
  const end = { address, port: 4711 };
  return {
    frontend,
    listener: {
      bind: { endpoints: [], acceptProxy: false, deferAccept: false, transparent: false },
      id: 1,
      name: undefined,
      current: 0,
      counters: frontend.counters,
    },
    from: end,
    to: end,
    source: end,
    destination: end,
    acceptedAt: now,
    handshakeMs: 0,
    proxied: false,
    tls: undefined,
    httpMajor: 1,
    tracked: [],
    variables: new Map(),
  };
}

function fieldsOf(edits: HeadEdits, name: string): string[] {
  const values: string[] = [];
  const field = fieldName(name);
  if (field === undefined) return values;
  for (let at = edits.find(field); at !== -1; at = edits.find(field, at)) values.push(edits.valueText(at));
  return values;
}
