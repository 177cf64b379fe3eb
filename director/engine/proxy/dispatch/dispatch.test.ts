import { describe, expect, it } from 'vitest';
import type { BackSide } from '../backend.ts';
import type { Server } from '../servers.ts';
import { DispatchBed, newSession } from '../testing/dispatch-bed.ts';
import { backSide, frontSide, listenSettings, serverSettings } from '../testing/settings.ts';

const bedOf = (servers: readonly Server[], differing: Partial<BackSide> = {}): DispatchBed =>
  new DispatchBed(listenSettings({ back: backSide({ servers, ...differing }) }));
const limited = (name: string, differing: Partial<Server> = {}): Server =>
  serverSettings(name, { maxConnections: 1, ...differing });

describe('queues', () => {
  it('serves who came first, and notes the places', () => {
    const bed = bedOf([limited('s1')]);
    const [first, second, third] = [bed.open(), bed.open(), bed.open()];
    expect([second.outcome, third.outcome, bed.backend.queued, bed.backend.counters.queueMax]).toEqual([
      'queued',
      'queued',
      2,
      2,
    ]);
    first.close();
    expect([second.outcome, third.outcome]).toEqual(['s1', 'queued']);
    second.close();
    expect([second.stream.backendQueue, third.stream.backendQueue, bed.backend.queued]).toEqual([1, 2, 0]);
  });

  it('takes who waits for the server before who waits for any, when both came at the same time', () => {
    const rules = {
      chooseServer: (stream: { request: unknown }) => (stream.request !== undefined && waitsFor ? 's1' : undefined),
    };
    let waitsFor = true;
    const bed = new DispatchBed(listenSettings({ back: backSide({ servers: [limited('s1')] }) }), { rules });
    const first = bed.open();
    waitsFor = false;
    const any = bed.open();
    waitsFor = true;
    const bound = bed.open();
    first.close();
    expect([bound.outcome, any.outcome]).toEqual(['s1', 'queued']);
    bound.close();
    expect(any.outcome).toBe('s1');
  });

  it('gives up who has waited too long, and counts it', () => {
    const bed = bedOf([limited('s1')], { timeouts: { queueMs: 1000 } });
    bed.open();
    const second = bed.open();
    bed.pass(999);
    expect(second.outcome).toBe('queued');
    bed.pass(1);
    expect([second.outcome, bed.backend.counters.connectionErrors, bed.backend.queuedInAll]).toEqual(['late', 1, 0]);
  });

  it('refuses who is bound to a server with a full queue, or sends it elsewhere with redispatch', () => {
    const cookie = {
      ...({ name: 'S', mode: 'insert', indirect: false, noCache: false, postOnly: false, preserve: false } as const),
      ...{ httpOnly: false, secure: false, domains: [], attributes: [] },
    };
    const servers = [limited('s1', { maxQueue: 1, cookie: 'a' }), serverSettings('s2', { cookie: 'b' })];
    const ask = { headers: ['cookie: S=a'] };
    const outcomes = (differing: Partial<BackSide>): (string | number)[] => {
      const bed = bedOf(servers, { cookie, ...differing });
      const names = [1, 2, 3].map(() => bed.open(ask).outcome);
      return [...names, bed.server('s1').counters.connectionErrors, bed.server('s1').counters.redispatches];
    };
    expect(outcomes({})).toEqual(['s1', 'queued', 'full', 1, 0]);
    expect(outcomes({ redispatch: -1 })).toEqual(['s1', 'queued', 's2', 0, 1]);
  });

  it('lets a limit grow with the load', () => {
    const bed = bedOf([limited('s1', { minConnections: 1, maxConnections: 4 })], {
      fullConnections: 8,
      balance: { method: 'first' },
    });
    const outcomes = Array.from({ length: 10 }, () => bed.open().outcome);
    expect(outcomes.filter((one) => one === 's1').length).toBeLessThan(4);
    const whole = new DispatchBed(
      listenSettings({
        front: frontSide({ maxConnections: 10 }),
        back: backSide({ servers: [limited('s1', { minConnections: 1, maxConnections: 4 })] }),
      }),
    );
    expect(Array.from({ length: 4 }, () => whole.open().outcome)).toEqual(['s1', 's1', 's1', 's1']);
  });

  it('moves who waits for a server that drains, and hands the queue to one that comes', () => {
    const servers = [limited('s1'), limited('s2', { disabled: true })];
    const bed = bedOf(servers, { redispatch: -1 });
    bed.open();
    const waiting = bed.open();
    bed.states.administration.setReady(bed.server('s2'), bed.now);
    expect([waiting.outcome, bed.lines.at(-1)]).toEqual([
      's2',
      'notice Server web/s2 is UP/READY (leaving forced maintenance)',
    ]);
  });
});

describe('failures', () => {
  it('tries the same server again after a pause, as often as it may', () => {
    const bed = bedOf([serverSettings('s1'), serverSettings('s2')], { retries: 2 });
    bed.refusing.add('s1');
    const visit = bed.open();
    expect([visit.state, bed.server('s1').current]).toEqual(['pausing', 1]);
    bed.pass(100);
    bed.pass(100);
    const { counters } = bed.server('s1');
    expect([visit.outcome, visit.stream.retries, bed.server('s1').current]).toEqual(['none', 2, 0]);
    expect([counters.sessions, counters.retries, counters.connectionErrors]).toEqual([3, 2, 1]);
  });

  it('goes elsewhere at once where any server will do', () => {
    const bed = bedOf([serverSettings('s1'), serverSettings('s2')], { redispatch: -1 });
    bed.refusing.add('s1');
    const visit = bed.open();
    expect([visit.outcome, visit.stream.redispatched, visit.stream.retries]).toEqual(['s2', true, 1]);
    expect(bed.server('s1').counters.redispatches).toBe(1);
  });

  it('does not retry what is not to be retried', () => {
    const bed = bedOf([serverSettings('s1')], { retryOn: ['none'] });
    bed.refusing.add('s1');
    expect(bed.open().outcome).toBe('none');
  });

  it('has none without a usable server', () => {
    const bed = bedOf([serverSettings('s1', { disabled: true })]);
    expect([bed.visit(), bed.backend.counters.connectionErrors]).toEqual(['none', 1]);
  });
});

it('prefers the last server of a connection', () => {
  const bed = bedOf([serverSettings('s1'), serverSettings('s2')], { prefersLastServer: true });
  const session = newSession(bed.frontend, '192.0.2.9', bed.now);
  expect([bed.visits(2, { session }), bed.visits(2)]).toEqual(['s1 s1', 's2 s1']);
});

it('goes to backup servers only when nobody else is left', () => {
  const servers = [
    serverSettings('s1'),
    serverSettings('b1', { backup: true }),
    serverSettings('b2', { backup: true }),
  ];
  const [one, all] = [bedOf(servers), bedOf(servers, { allBackups: true })];
  for (const bed of [one, all]) {
    expect(bed.visits(2)).toBe('s1 s1');
    bed.states.setStopped(bed.server('s1'), bed.now, 'told so');
  }
  expect([one.visits(3), all.visits(3)]).toEqual(['b1 b1 b1', 'b1 b2 b1']);
  expect(one.lines).toEqual([
    'alert Server web/s1 is DOWN, told so. 0 active and 2 backup servers left. Running on backup. 0 sessions active, 0 requeued, 0 remaining in queue',
  ]);
});
