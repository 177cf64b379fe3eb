import type { Operation, StepProgress } from '../../contract/index.ts';
import { duration } from '../text/duration.ts';

const marks: Record<StepProgress['state'], string> = {
  waiting: '·',
  running: '»',
  done: '✓',
  failed: '✗',
  skipped: '-',
};

/** "web1" for `recipe:web1`, "base" for `base`: a step's id is for programs, this is for people. */
export function stepName(step: string): string {
  return step.slice(step.indexOf(':') + 1);
}

/** The steps that belong to one node, or to the lab as a whole, on one line. */
interface Group {
  readonly name: string;
  readonly steps: StepProgress[];
}

/**
 * An operation as lines of a terminal: one a node, so that the whole fits a screen.
 * @param now milliseconds since the Unix epoch
 */
export function progressLines(
  operation: Operation,
  now: number,
  size: { readonly columns: number; readonly rows: number },
): string[] {
  const done = operation.steps.filter(({ state }) => state === 'done' || state === 'skipped').length;
  const head = `${operation.title}  ${duration(now - operation.startedAt)}  ${done} of ${operation.steps.length} steps`;
  const groups = groupSteps(operation.steps);
  const nameWidth = Math.max(0, ...groups.map(({ name }) => name.length));
  const body = groups.map((group) => groupLine(group, nameWidth, now));
  // What does not fit is what has nothing to tell any more, or yet.
  const room = Math.max(1, size.rows - 2);
  const shown = body.length <= room ? body : mostTelling(groups, body).slice(0, room);
  return [head, ...shown].map((line) => clip(line, size.columns - 1));
}

function groupSteps(steps: readonly StepProgress[]): Group[] {
  const groups = new Map<string, Group>();
  for (const step of steps) {
    const name = step.node ?? stepName(step.step);
    const group = groups.get(name) ?? { name, steps: [] };
    group.steps.push(step);
    groups.set(name, group);
  }
  return [...groups.values()];
}

function groupState({ steps }: Group): StepProgress['state'] {
  const has = (state: StepProgress['state']): boolean => steps.some((step) => step.state === state);
  if (has('failed')) return 'failed';
  if (has('running')) return 'running';
  if (steps.every(({ state }) => state === 'done' || state === 'skipped')) return has('done') ? 'done' : 'skipped';
  return 'waiting';
}

function groupLine(group: Group, nameWidth: number, now: number): string {
  const state = groupState(group);
  const speaking = group.steps.find((step) => step.state === state);
  const percent = state === 'running' && speaking?.fraction ? ` ${Math.round(speaking.fraction * 100)} %` : '';
  // What a step said last is old news once it is done.
  const message = state === 'running' || state === 'failed' ? (speaking?.message ?? '') : '';
  return `  ${marks[state]} ${group.name.padEnd(nameWidth)}  ${groupTime(group, now).padStart(8)}  ${message}${percent}`.trimEnd();
}

function groupTime({ steps }: Group, now: number): string {
  const starts = steps.flatMap(({ startedAt }) => startedAt ?? []);
  if (starts.length === 0) return '';
  const running = steps.some(({ state }) => state === 'running');
  const end = running ? now : Math.max(...steps.flatMap(({ endedAt }) => endedAt ?? []));
  return Number.isFinite(end) ? duration(end - Math.min(...starts)) : '';
}

const urgency: Record<StepProgress['state'], number> = { failed: 0, running: 1, done: 2, waiting: 3, skipped: 4 };

function mostTelling(groups: readonly Group[], lines: readonly string[]): string[] {
  return groups
    .map((group, index) => ({ line: lines[index] ?? '', rank: urgency[groupState(group)] }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ line }) => line);
}

const clip = (line: string, width: number): string =>
  line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;

/**
 * For a log: a line for each step that ended.
 * @param now milliseconds since the Unix epoch
 */
export function changeLines(before: Operation | undefined, after: Operation, now: number): string[] {
  const old = new Map(before?.steps.map((step) => [step.step, step]) ?? []);
  return after.steps.flatMap((step) => {
    const ended = step.state !== old.get(step.step)?.state && (step.state === 'done' || step.state === 'failed');
    return ended ? [changeLine(step, (step.endedAt ?? now) - after.startedAt)] : [];
  });
}

/** What the making of the base layer, which takes minutes, says at the moment; undefined when none is being made. */
export function baseLine(operation: Operation, now: number): string | undefined {
  const base = operation.steps.find(({ step, state }) => step === 'base' && state === 'running');
  return base === undefined ? undefined : changeLine(base, now - operation.startedAt);
}

function changeLine({ step, state, message, startedAt, endedAt }: StepProgress, elapsed: number): string {
  const took = startedAt === undefined || endedAt === undefined ? '' : ` (${duration(endedAt - startedAt)})`;
  const said = message === undefined || state === 'done' ? '' : `: ${message}`;
  return `${duration(elapsed).padStart(10)}  ${marks[state]} ${step}${said}${took}`;
}
