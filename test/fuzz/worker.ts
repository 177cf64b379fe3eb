import { workerData } from 'node:worker_threads';
import type { Attack, CampaignResult } from './campaign.ts';
import { campaigns } from './campaigns/index.ts';
import type { CampaignName } from './campaigns/index.ts';
import { processorMs } from './processor-time.ts';
import { seededRandom } from '../integration/support/seeded-random.ts';
import { parentPort } from 'node:worker_threads';

export interface WorkerStart {
  readonly name: CampaignName;
  readonly seed: number;
  readonly steps: number;
  readonly seconds: number;
  /** One number: the step at work. A reader that sees it stand still knows of a hang. */
  readonly progress: SharedArrayBuffer;
}

const STEPS_BETWEEN_CHECKS = 10_000;

function run({ name, seed, steps, seconds, progress }: WorkerStart): CampaignResult {
  const attack = campaigns[name].begin(seededRandom(seed));
  const counter = new Int32Array(progress);
  const begin = performance.now();
  let slowestMs = 0;
  let settled = 0;
  let done = 0;
  const result = (failure?: string): CampaignResult => ({
    name,
    seed,
    steps: done,
    seconds: (performance.now() - begin) / 1000,
    slowestMs,
    growth: memory() - settled,
    ...(failure === undefined ? {} : { failure }),
  });
  while (done < steps && performance.now() - begin < seconds * 1000) {
    Atomics.store(counter, 0, done);
    const before = processorMs();
    const failure = attempt(attack, () => attack.step());
    if (failure !== undefined) return result(failure);
    slowestMs = Math.max(slowestMs, processorMs() - before);
    done += 1;
    if (done === Math.ceil(steps / 10)) settled = memory();
    if (done % STEPS_BETWEEN_CHECKS !== 0 && done !== steps) continue;
    const broken = attempt(attack, () => attack.verify());
    if (broken !== undefined) return result(broken);
  }
  return result(attempt(attack, () => attack.verify()));
}

function attempt(attack: Attack, work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nlast input: ${attack.describe()}`;
  }
}

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

parentPort?.postMessage(run(workerData as WorkerStart));
