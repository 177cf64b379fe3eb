import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../../http/octets.ts';
import { Deadlines } from '../exchange/deadlines.ts';
import { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Server } from '../servers.ts';
import type { BackSide } from '../backend.ts';
import { ServerStates } from '../states/server-states.ts';
import { backSide, listenSettings, serverSettings } from '../testing/settings.ts';
import type { CheckOutcome } from './check-status.ts';
import type { CheckRun } from './check-run.ts';
import { HealthChecks } from './health-checks.ts';
import { readAgentLine } from './agent-line.ts';
import { signOfStatus } from './signs.ts';

/** What a server does with the next look: `refuse`, `silence`, or what it says. */
type Answer = 'refuse' | 'silence' | 'never' | { readonly says: string; readonly closes?: boolean };
const GOOD: Answer = { says: 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n' };
const BAD: Answer = { says: 'HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n' };
const CHECK = { intervalMs: 2000, rise: 2, fall: 3, alpn: [], sendProxy: false };
const HTTP: BackSide['check'] = { kind: 'http', steps: [request()], disableOn404: false, sendState: false };

function request() {
  return {
    ...{ action: 'send' as const, method: 'OPTIONS', version: 'HTTP/1.0', headers: [] },
    uri: [{ kind: 'text' as const, text: '/' }],
  };
}

/** Servers that answer from a script, each look at once, on a clock of the test's. */
class Bed {
  now = 1_000_000;
  readonly backend: BackendRuntime;
  readonly checks: HealthChecks;
  readonly states: ServerStates;
  readonly lines: string[] = [];
  /** When looks began, from the start. */
  readonly looks: number[] = [];
  aborted = 0;
  readonly #deadlines = new Deadlines();
  readonly #script: Answer[];

  constructor(
    servers: readonly Partial<Server>[],
    back: Partial<BackSide>,
    script: readonly Answer[],
    spread = [0, 0],
  ) {
    const all = servers.map((differing, at) => serverSettings(`s${at + 1}`, { check: CHECK, ...differing }));
    const settings = listenSettings({ back: backSide({ check: HTTP, ...back, servers: all }) });
    this.backend = new BackendRuntime(settings, 2, this.now);
    this.#script = [...script];
    const log = ({ text }: { text: string }): void => void this.lines.push(text.replace(/\. \d active.*$/, ''));
    const backends = new Map([['web', this.backend]]);
    this.states = new ServerStates(backends, this.#deadlines, {
      log,
      endStreams: () => undefined,
      closeIdle: () => undefined,
    });
    this.checks = new HealthChecks({
      backends: backends.values(),
      states: this.states,
      timers: { now: () => this.now, set: (one, at) => this.#deadlines.set(one, at), random: () => 0 },
      port: { start: (run, _place, done) => this.#look(run, done) },
      spreadPercent: spread[0] ?? 0,
      maxSpreadMs: spread[1] ?? 0,
      hostName: 'bed',
      setting: () => ({ proxy: settings, uniqueId: () => undefined }) as never,
      log,
    });
    this.checks.start();
  }

  get server(): ServerRuntime {
    return this.backend.servers[0] as ServerRuntime;
  }

  #look(run: CheckRun, done: (outcome: CheckOutcome) => void) {
    this.looks.push(this.now - 1_000_000);
    const answer = (this.#script.length > 1 ? this.#script.shift() : this.#script[0]) ?? 'silence';
    this.#pending.push(() => this.#play(run, answer, done));
    return {
      abort: () => {
        this.aborted++;
      },
    };
  }

  readonly #pending: (() => void)[] = [];

  #play(run: CheckRun, answer: Answer, done: (outcome: CheckOutcome) => void): void {
    const feed = (event: Parameters<CheckRun['conversation']['handle']>[0]): void => {
      for (const action of run.conversation.handle(event)) if (action.type === 'verdict') done(action.result);
    };
    if (answer === 'never') return;
    if (answer === 'refuse') {
      done(run.failed('Connection refused') as CheckOutcome);
      return;
    }
    run.wired();
    feed({ type: 'connected', channel: 'main' });
    if (answer === 'silence') return;
    if (answer.says !== '') feed({ type: 'data', channel: 'main', bytes: fromLatin1(answer.says) });
    if (answer.closes === true) feed({ type: 'closed', channel: 'main' });
  }

  /** What begins in that time is answered at once. */
  pass(milliseconds: number): this {
    const end = this.now + milliseconds;
    for (;;) {
      for (const next of this.#pending.splice(0)) next();
      if (this.#deadlines.nextAt > end) break;
      this.now = Math.max(this.now, this.#deadlines.nextAt);
      this.#deadlines.run(this.now);
    }
    this.now = end;
    return this;
  }

  /** Counter and state after each of so many looks, 2 s apart. */
  course(looks: number): string {
    return Array.from({ length: looks }, (_, at) => {
      this.pass(at === 0 ? 0 : 2000);
      return `${this.server.health}${this.server.operational === 'stopped' ? '-' : '+'}`;
    }).join(' ');
  }
}

describe('the counter', () => {
  it.each([
    ['a first failure takes a server out at once', [BAD], 2, 3, '0- 0- 0-'],
    ['a first success makes it whole', [GOOD, BAD, BAD, BAD, BAD], 2, 3, '4+ 3+ 2+ 0- 0-'],
    ['two successes bring it back', [BAD, GOOD, GOOD, GOOD], 2, 3, '0- 1- 4+ 4+'],
    ['a failure between begins again', [BAD, GOOD, BAD, GOOD, GOOD], 2, 3, '0- 1- 0- 1- 4+'],
    ['a success on the way down makes it whole', [GOOD, BAD, BAD, GOOD, BAD, BAD, BAD], 2, 3, '4+ 3+ 2+ 4+ 3+ 2+ 0-'],
    ['rise 1, fall 1', [GOOD, BAD, GOOD], 1, 1, '1+ 0- 1+'],
    ['rise 3, fall 2', [GOOD, BAD, BAD, GOOD, GOOD, GOOD], 3, 2, '4+ 3+ 0- 1- 2- 4+'],
    ['silence is a failure', ['silence'], 2, 3, '2+ 0- 0-'],
  ] as const)('%s', (_, script, rise, fall, course) => {
    const bed = new Bed([{ check: { ...CHECK, rise, fall } }], {}, script);
    expect(bed.course(course.split(' ').length)).toBe(course);
  });

  it('counts failures, and reports what it saw', () => {
    const bed = new Bed([{}], {}, [GOOD, BAD]).pass(2000);
    expect(bed.server.check).toEqual({
      ...{ status: 'L7STS', code: 500, durationMs: 0, description: 'Layer7 wrong status', last: 'Oops' },
    });
    expect(bed.server.counters.failedChecks).toBe(1);
    expect(bed.lines).toEqual([]);
  });

  it('tells every check that counts where the log is to have them, and the reason only there', () => {
    const bed = new Bed([{}], { logsChecks: true }, ['refuse', GOOD]);
    bed.pass(6000);
    const info = 'info: "Connection refused", check duration: 0ms';
    expect(bed.lines).toEqual([
      `Health check for server web/s1 failed, reason: Layer4 connection problem, ${info}, status: 0/2 DOWN`,
      'Server web/s1 is DOWN',
      'proxy web has no server available!',
      'Health check for server web/s1 succeeded, reason: Layer7 check passed, code: 200, check duration: 0ms, status: 1/2 DOWN',
      'Health check for server web/s1 succeeded, reason: Layer7 check passed, code: 200, check duration: 0ms, status: 3/3 UP',
      'Server web/s1 is UP',
    ]);
  });
});

describe('times', () => {
  const timed = { ...CHECK, fastIntervalMs: 500, downIntervalMs: 1000 };

  it('looks sooner while it is neither up nor down, and as often as downinter says while it is down', () => {
    const bed = new Bed([{ check: timed }], {}, [GOOD, BAD, BAD, BAD, BAD, GOOD, GOOD, GOOD]).pass(9500);
    expect(bed.looks).toEqual([0, 2000, 2500, 3000, 4000, 5000, 5500, 7500, 9500]);
  });

  it('begins checks as far from each other as the shortest interval of a second or more lets it', () => {
    const rare = { check: { ...CHECK, intervalMs: 4000 } };
    expect(new Bed([{}, rare, rare, {}], {}, ['never']).pass(2999).looks).toEqual([0, 1000, 1500, 2000]);
  });

  it('spreads them, no further than max-spread-checks', () => {
    expect(new Bed([{}], {}, [GOOD], [50, 0]).pass(6000).looks).toEqual([0, 3000, 6000]);
    expect(new Bed([{}, {}], {}, ['never'], [50, 100]).pass(1000).looks).toEqual([0, 50]);
  });

  it.each([
    ['the interval alone', {}, 2000],
    ['timeout check, once it is connected', { checkMs: 300, connectMs: 5000 }, 300],
  ])('gives silence %s', (_, timeouts, limit) => {
    const bed = new Bed([{}], { timeouts }, ['silence']).pass(limit - 1);
    expect(bed.server.check).toBeUndefined();
    bed.pass(1);
    expect(bed.server.check).toMatchObject({ status: 'L7TOUT', durationMs: limit });
    expect(bed.aborted).toBe(1);
  });

  it('gives a connection no more than timeout connect where there is a timeout check', () => {
    const bed = new Bed([{}], { timeouts: { checkMs: 300, connectMs: 700 } }, ['never']).pass(700);
    expect(bed.server.check).toMatchObject({ status: 'L4TOUT', durationMs: 700 });
  });

  it('rests in maintenance and where checks are switched off, and goes on in step', () => {
    const bed = new Bed([{}], {}, [GOOD]).pass(1);
    bed.states.administration.setMaintenance(bed.server, bed.now);
    bed.pass(4500);
    bed.states.administration.setReady(bed.server, bed.now);
    bed.pass(2000);
    expect(bed.looks).toEqual([0, 6000]);
    bed.server.checking = false;
    expect(bed.pass(5000).looks).toEqual([0, 6000]);
    bed.checks.stop();
    bed.server.checking = true;
    expect(bed.pass(9000).looks).toEqual([0, 6000]);
  });
});

describe('agents', () => {
  const agent = (script: readonly Answer[], check = false): Bed => {
    const settings = { agent: { port: 1, intervalMs: 1000 }, weight: 10 };
    const { check: _check, ...without } = serverSettings('s1', settings);
    return new Bed([check ? settings : ({ ...without, check: undefined } as never)], {}, script);
  };

  it.each([
    ['up 50% maxconn:7', { health: 'up', weight: '50%', maxConnections: '7', remark: '' }],
    ['\tDRAIN,, Down #  it is  late', { mode: 'drain', health: 'Down', remark: 'it is  late' }],
    ['down#why up', { unknown: 'down#why', health: 'up', remark: '' }],
    ['what is this', { unknown: 'what', remark: '' }],
    ['', { remark: '' }],
  ])('reads "%s"', (line, advice) => {
    expect(readAgentLine(line)).toEqual(advice);
  });

  it('follows their words', () => {
    const bed = agent([
      { says: 'down # broken\n' },
      { says: 'up 50% maxconn:7\n' },
      { says: 'maint\n' },
      { says: 'ready\n' },
    ]);
    bed.pass(0);
    expect(bed.lines[0]).toContain('info: "via agent : down (broken)"');
    expect(bed.server.operational).toBe('stopped');
    bed.pass(1000);
    expect([bed.server.operational, bed.server.userWeight, bed.server.maxConnections]).toEqual(['running', 5, 7]);
    expect(bed.pass(1000).server.inMaintenance).toBe(true);
    expect(bed.pass(1000).server.inMaintenance).toBe(false);
    expect(bed.server.agent).toMatchObject({ status: 'CHECKED', last: '' });
  });

  it('take nobody down by not being there', () => {
    const bed = agent(['refuse']).pass(5000);
    expect(bed.server.agent).toMatchObject({ status: 'L4CON', last: 'Connection refused' });
    expect([bed.server.operational, bed.lines]).toEqual(['running', []]);
  });

  it('leave everything as it was with a line that has no end', () => {
    const bed = agent([{ says: 'up', closes: true }]).pass(999);
    expect(bed.server.agent).toBeUndefined();
    expect(bed.pass(1).server.agent).toMatchObject({ status: 'L7TOUT', last: '' });
    const last = 'Ignoring incomplete line from agent';
    expect(bed.pass(1000).server.agent).toMatchObject({ status: 'L7TOUT', last });
  });
});

describe('observe', () => {
  const observed = (onError: Server['onError'], differing: Partial<Server> = {}): Bed =>
    new Bed([{ observe: 'layer7', errorLimit: 3, onError, ...differing }], {}, [GOOD]).pass(1);
  const err = (bed: Bed, times: number): void => {
    for (let time = 0; time < times; time++) bed.checks.observe(bed.server, 'wrongStatus', bed.now);
  };

  it.each([
    ['fastinter', 4],
    ['fail-check', 3],
    ['sudden-death', 2],
    ['mark-down', 0],
  ] as const)('%s leaves the counter at %i', (onError, health) => {
    const bed = observed(onError);
    err(bed, 2);
    expect(bed.server.health).toBe(4);
    err(bed, 1);
    expect(bed.server.health).toBe(health);
    expect(bed.server.operational).toBe(health === 0 ? 'stopped' : 'running');
    expect(bed.server.counters.failedAnalyses).toBe(1);
  });

  it('says what it has seen', () => {
    const bed = observed('mark-down');
    err(bed, 3);
    const info = 'Detected 3 consecutive errors, last one was: Wrong http response';
    expect(bed.lines[0]).toBe(`Server web/s1 is DOWN, reason: Health analyze, info: "${info}"`);
  });

  it('is forgotten by a good answer, and by a good check', () => {
    const bed = observed('mark-down');
    err(bed, 2);
    bed.checks.observe(bed.server, 'goodAnswer', bed.now);
    err(bed, 2);
    bed.pass(2000);
    err(bed, 2);
    expect(bed.server.operational).toBe('running');
  });

  it('brings the next check forward where there is a fastinter', () => {
    const bed = observed('fastinter', { check: { ...CHECK, fastIntervalMs: 100 } });
    err(bed, 3);
    expect(bed.pass(2500).looks).toEqual([0, 101, 2101]);
  });

  it('layer4 sees connections alone', () => {
    const bed = observed('mark-down', { observe: 'layer4' });
    err(bed, 5);
    expect(bed.server.operational).toBe('running');
    for (let time = 0; time < 3; time++) bed.checks.observe(bed.server, 'notConnected', bed.now);
    expect(bed.server.operational).toBe('stopped');
  });

  it.each([
    [200, 'goodAnswer'],
    [404, 'goodAnswer'],
    [500, 'wrongStatus'],
    [501, 'goodAnswer'],
    [505, 'goodAnswer'],
    [503, 'wrongStatus'],
  ])('takes a status of %i for %s', (status, sign) => {
    expect(signOfStatus(status)).toBe(sign);
  });
});
