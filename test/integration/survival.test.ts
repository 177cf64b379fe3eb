import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './support/director-namespaces.ts';
import { seededRandom } from './support/seeded-random.ts';
import { methods, SurvivalLab } from './support/survival-lab.ts';
import type { Method } from './support/survival-lab.ts';
import type { SurvivalDirector } from './support/survival-director.ts';
import { Download, openSessions, SshSession } from './support/survival-traffic.ts';

/* "An SSH session and a slow download through NAT survive Kill master, 50 kills out of 50; likewise under DR and TUN." */

const KILLS = Number(process.env['RELEVO_KILLS'] ?? 50);
const SEED = Number(process.env['RELEVO_SEED'] ?? 1);
/** A kill takes 3 s, and 13 s on a machine with ten times more to do than it has processors for. */
const LIMIT_MS = 60_000 + KILLS * 30_000;

interface Tally {
  survived: number;
  readonly losses: string[];
  readonly silenceMs: number[];
}

/** What lives through one kill, of one method. */
interface Witnesses {
  /** As old as the test, if nothing went wrong. */
  veteran: SshSession;
  readonly fresh: SshSession;
  readonly download: Download;
}

/** The standby has what the sessions need: it knows every one of them as established. */
async function caughtUp(standby: SurvivalDirector, sessions: readonly SshSession[]): Promise<void> {
  await until(`${standby.name} knows the sessions`, 5000, async () => {
    const entries = await standby.connections();
    return sessions.every(({ port }) =>
      entries.some(({ clientPort, state }) => clientPort === port && state === 'ESTABLISHED'),
    );
  });
}

/** Two numbers, so that something goes through after the first retransmission. Returns how long the first one took. */
async function answers(session: SshSession): Promise<number> {
  const silence = await session.echo();
  await session.echo();
  return silence;
}

async function losses(checks: Record<string, Promise<unknown>>): Promise<string[]> {
  const results = await Promise.allSettled(Object.values(checks));
  const names = Object.keys(checks);
  return results.flatMap((result, index) =>
    result.status === 'fulfilled' ? [] : [`${names[index]}: ${(result.reason as Error).message}`],
  );
}

async function only(lab: SurvivalLab): Promise<[master: SurvivalDirector, standby: SurvivalDirector]> {
  await until('there is one master', 5000, async () => (await lab.masters()).length === 1);
  const [master] = await lab.masters();
  const { one, two } = lab.directors;
  return master === one ? [one, two] : [two, one];
}

/** One kill, with an old session, a young session and a download of every method. The dead machine is back at the end. */
async function killOnce(lab: SurvivalLab, veterans: Map<Method, SshSession>, waitMs: number) {
  const [master, standby] = await only(lab);
  const fresh = await openSessions(lab);
  const witnesses = methods.map((method, index): [Method, Witnesses] => [
    method,
    { veteran: veterans.get(method)!, fresh: fresh[index]!, download: new Download(lab, method) },
  ]);
  await until('the downloads flow', 5000, () => witnesses.every(([, { download }]) => download.received > 0));
  await sleep(waitMs);
  for (const [, { download }] of witnesses)
    if (download.isOver) throw new Error('The download was over before the kill');
  master.kill();
  const outcomes = witnesses.map(async ([method, { veteran, fresh: young, download }]) => {
    const silence = answers(veteran);
    const lost = await losses({ 'old session': silence, 'young session': answers(young), download: download.done });
    young.close();
    return { method, lost, silenceMs: await silence.catch(() => NaN) };
  });
  const [survivals] = await Promise.all([Promise.all(outcomes), sleep(500).then(() => master.boot())]);
  return { survivals, revived: master, survivor: standby };
}

function report(tallies: Map<Method, Tally>, seconds: number): void {
  for (const [method, { survived, losses: lost, silenceMs }] of tallies) {
    const sorted = [...silenceMs].sort((left, right) => left - right);
    const at = (part: number): string => `${Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? NaN)} ms`;
    console.log(
      `${method}: ${survived} of ${silenceMs.length} kills survived; silence of a session: median ${at(0.5)}, longest ${at(1)}`,
    );
    for (const line of lost) console.log(`  ${line}`);
  }
  console.log(`${KILLS} kills were wanted; it took ${Math.round(seconds)} s`);
}

describe('with connection synchronisation', () => {
  const lab = new SurvivalLab();
  beforeAll(() => lab.create());
  afterAll(() => lab.destroy());

  it(
    `SSH sessions and slow downloads survive ${KILLS} kills of the master, by NAT, direct routing and tunnel`,
    async () => {
      const random = seededRandom(SEED);
      const begin = performance.now();
      const tallies = new Map(
        methods.map((method): [Method, Tally] => [method, { survived: 0, losses: [], silenceMs: [] }]),
      );
      const veterans = new Map((await openSessions(lab)).map((session) => [session.method, session]));
      await caughtUp((await only(lab))[1], [...veterans.values()]);
      try {
        for (let kill = 1; kill <= KILLS; kill++) {
          const { survivals, revived } = await killOnce(lab, veterans, 100 + random() * 500);
          for (const { method, lost, silenceMs } of survivals) {
            const tally = tallies.get(method)!;
            if (lost.length === 0) tally.survived += 1;
            else {
              tally.losses.push(...lost.map((one) => `kill ${kill}: ${one}`));
              veterans.get(method)?.close();
              veterans.set(method, await SshSession.open(lab, method));
            }
            tally.silenceMs.push(silenceMs);
          }
          await caughtUp(revived, [...veterans.values()]);
        }
      } finally {
        report(tallies, (performance.now() - begin) / 1000);
        for (const session of veterans.values()) session.close();
      }
      const survived = Object.fromEntries([...tallies].map(([method, tally]) => [method, tally.survived]));
      expect(survived).toEqual({ NAT: KILLS, DR: KILLS, TUN: KILLS });
    },
    LIMIT_MS,
  );
});

describe('without connection synchronisation', () => {
  const lab = new SurvivalLab(false);
  beforeAll(() => lab.create());
  afterAll(() => lab.destroy());

  it('no session survives: it is synchronisation that keeps them', async () => {
    const sessions = await openSessions(lab);
    const [master, standby] = await only(lab);
    master.kill();
    await until('the standby is master', 5000, () => standby.isMaster());
    const results = await Promise.allSettled(sessions.map((session) => session.echo()));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    const again = await SshSession.open(lab, 'NAT');
    await again.echo();
    for (const session of [...sessions, again]) session.close();
  });
});
