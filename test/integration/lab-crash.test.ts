import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabSummary } from '../../provisioning/contract/index.ts';
import { Belongings, descendantsOf, takeCensus } from './support/census.ts';
import type { Census } from './support/census.ts';
import { killQuietly, Relevo } from './support/relevo.ts';
import { seededRandom } from './support/seeded-random.ts';

/*
 * The engine, the holder or both are killed at random moments of `up` and of `down`. Then one more command runs, and the
 * machine must be as it was before. RELEVO_SEED repeats a run; RELEVO_SHARED_MACHINE=1 says that others make and remove
 * things on this machine meanwhile, so that only what is ours is looked at.
 */
const seed = Number(process.env['RELEVO_SEED'] ?? Date.now() % 1_000_000);
const shared = process.env['RELEVO_SHARED_MACHINE'] === '1';
const random = seededRandom(seed);
const rounds = 20;

let relevo: Relevo;
/** How long `up` and `down` take here when nobody disturbs them. */
let typical: { up: number; down: number };

beforeAll(async () => {
  relevo = await Relevo.create();
  const first = await relevo.startWith({ timeoutMs: 230_000 }, 'up', 'tfg').outcome;
  expect(first).toMatchObject({ exitCode: 0 });
  await relevo.succeed('down', '--lab', 'tfg');
  const up = await relevo.run('up', 'tfg');
  const down = await relevo.run('down', '--lab', 'tfg');
  expect([up.exitCode, down.exitCode]).toEqual([0, 0]);
  typical = { up: up.milliseconds, down: down.milliseconds };
  await relevo.run('stop');
});
afterAll(() => relevo.dispose());

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A process that was told to end, or whose engine said goodbye, may take the kernel a moment to bury. */
async function censusAtRest(belongings: Belongings): Promise<Census> {
  const deadline = performance.now() + 2000;
  for (;;) {
    const census = await takeCensus();
    if (belongings.leftIn(census).length === 0 || performance.now() > deadline) return census;
    await pause(50);
  }
}

type Victim = 'engine' | 'holder';

function victimsIn(census: Census, victims: readonly Victim[]): number[] {
  const programs = { engine: / serve( |$)/, holder: /^(?!unshare).*holder\.cjs/ };
  const ours = descendantsOf(relevo.state, census.processes);
  return victims.flatMap((victim) => ours.filter((one) => programs[victim].test(one.command)).map((one) => one.pid));
}

interface Round {
  readonly number: number;
  readonly during: 'up' | 'down';
  readonly victims: readonly Victim[];
  /** Of the typical duration. */
  readonly fraction: number;
}

function plan(number: number): Round {
  const choices: readonly (readonly Victim[])[] = [['engine'], ['holder'], ['engine', 'holder']];
  const victims = choices[Math.floor(random() * choices.length)]!;
  return { number, during: number % 2 === 0 ? 'up' : 'down', victims, fraction: random() };
}

/** A lab whose holder died under an engine's eyes is shown as failed while that engine removes it, which it does unasked. */
async function labsAtRest(): Promise<LabSummary[]> {
  for (;;) {
    const labs = await relevo.json<LabSummary[]>('labs');
    if (labs.every(({ phase }) => phase !== 'failed')) return labs;
    await pause(50);
  }
}

describe(`seed ${seed}: nothing is left once the next command ran`, () => {
  const plans = Array.from({ length: rounds }, (_, number) => plan(number));

  it.each(plans)('round $number: $victims killed at $fraction of $during', async ({ during, victims, fraction }) => {
    const before = await takeCensus();
    const belongings = new Belongings(relevo.state, before);
    if (during === 'down') await relevo.succeed('up', 'tfg');
    const running = during === 'up' ? relevo.start('up', 'tfg') : relevo.start('down', '--lab', 'tfg');
    await pause(fraction * typical[during]);
    const moment = await takeCensus();
    belongings.note(moment);
    for (const pid of victimsIn(moment, victims)) killQuietly(pid, 'SIGKILL');
    await running.outcome;

    const labs = await labsAtRest();
    // A lab that was up when the engine died is a lab that lives on, not one that was left over.
    for (const { lab, phase } of labs) {
      expect([lab, phase]).toEqual(['tfg', 'running']);
      await relevo.succeed('down', '--lab', lab);
    }
    await relevo.succeed('stop');
    const after = await censusAtRest(belongings);
    expect(belongings.leftIn(after)).toEqual([]);
    if (!shared) {
      expect(belongings.addedIn(after)).toEqual([]);
      expect(belongings.missingIn(after)).toEqual([]);
    }
  });

  it('an engine that dies while its holder is only just starting leaves no holder', async () => {
    const belongings = new Belongings(relevo.state, await takeCensus());
    const running = relevo.start('up', 'tfg');
    let holders: number[] = [];
    while (holders.length === 0) {
      const census = await takeCensus();
      belongings.note(census);
      holders = descendantsOf(relevo.state, census.processes)
        .filter((one) => one.command.includes('holder.cjs'))
        .map((one) => one.pid);
      if (holders.length > 0) for (const pid of victimsIn(census, ['engine'])) killQuietly(pid, 'SIGKILL');
    }
    expect((await running.outcome).exitCode).not.toBe(0);
    expect(await relevo.json<LabSummary[]>('labs')).toEqual([]);
    await relevo.succeed('stop');
    expect(belongings.leftIn(await censusAtRest(belongings))).toEqual([]);
  });

  it('and the lab can still be started, used and taken down', async () => {
    await relevo.succeed('up', 'tfg');
    expect(await relevo.on('client', 'curl -s -o /dev/null -w "%{http_code}" http://192.168.1.202/')).toBe('200');
    await relevo.succeed('down', '--lab', 'tfg');
  });
});

describe('an orderly end', () => {
  it('leaves nothing after down', async () => {
    const before = await takeCensus();
    const belongings = new Belongings(relevo.state, before);
    await relevo.succeed('up', 'tfg');
    belongings.note(await takeCensus());
    await relevo.succeed('down', '--lab', 'tfg');
    await relevo.succeed('stop');
    const after = await censusAtRest(belongings);
    expect(belongings.leftIn(after)).toEqual([]);
    if (!shared) expect([...belongings.addedIn(after), ...belongings.missingIn(after)]).toEqual([]);
  });

  it('leaves nothing after an up that Ctrl-C interrupted, and says that it was cancelled', async () => {
    for (const fraction of [0.1, 0.2, 0.4, 0.6, 0.8, 0.9]) {
      const belongings = new Belongings(relevo.state, await takeCensus());
      const running = relevo.start('up', 'tfg');
      await pause(fraction * typical.up);
      belongings.note(await takeCensus());
      running.process.kill('SIGINT');
      const outcome = await running.outcome;
      // So late in its way it may have been up already; then it is a lab like any other.
      if (outcome.exitCode === 0) await relevo.succeed('down', '--lab', 'tfg');
      // Before the command listens to Ctrl-C, the signal itself ends it.
      else expect([130, null]).toContain(outcome.exitCode);
      expect(await relevo.json<LabSummary[]>('labs')).toEqual([]);
      await relevo.succeed('stop');
      expect(belongings.leftIn(await censusAtRest(belongings)), outcome.stderr).toEqual([]);
    }
  });
});
