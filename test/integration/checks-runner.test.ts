import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { VirtualServerConfiguration } from '../../director/engine/checks/configuration.ts';
import { realServer, virtualServer } from '../../director/engine/checks/testing.ts';
import { CheckRunner } from '../../director/io/check-runner.ts';
import { NotifyQueue } from '../../director/io/checks/notify-queue.ts';
import { describeServer } from '../../director/io/checks/describe.ts';

/** The checker with its real clock, programs and directories; no traffic. */
let directory: string;
let runner: CheckRunner;
const said: string[] = [];
const logged: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-runner-'));
  said.length = 0;
  logged.length = 0;
  runner = new CheckRunner(
    {
      verdict: ({ kind, up, reason }) => said.push(`${kind} ${up ? 'up' : 'down'}: ${reason}`),
      server: (status) => said.push(describeServer(status)),
      table: () => undefined,
    },
    (_, message) => logged.push(message),
  );
});
afterEach(async () => {
  await runner.stop();
  rmSync(directory, { recursive: true, force: true });
});

const table = (): string[] =>
  runner.checker.services.flatMap(({ servers }) => servers.map(({ address, weight }) => `${address} ${weight}`));

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100 && !condition(); tries++) await sleep(50);
  expect(condition()).toBe(true);
}

/** A server whose script gives the exit code in a file. */
function scripted(changes: Partial<VirtualServerConfiguration> = {}): VirtualServerConfiguration {
  const notify = (word: string) => ({ command: ['/bin/sh', '-c', `echo ${word} >> ${directory}/told`] });
  const timing = { intervalMs: 50, timeoutMs: 1000, retries: 1, delayBeforeRetryMs: 50, warmupMs: 0 };
  const command = ['/bin/sh', '-c', `exit $(cat ${directory}/code)`];
  const server = realServer('10.0.100.5', {
    checks: [{ ...timing, kind: 'MISC_CHECK', command, dynamicWeight: true }],
    notifyUp: notify('up'),
    notifyDown: notify('down'),
  });
  return virtualServer([server], { notifiesOnStop: true, quorumDown: notify('lost'), ...changes });
}
const exitWith = (code: number): void => writeFileSync(join(directory, 'code'), String(code));
const told = (): string => (existsSync(join(directory, 'told')) ? readFileSync(join(directory, 'told'), 'utf8') : '');

it('follows a script: weight, down with its reason, up again; tells in order, also at the end', async () => {
  exitWith(9);
  runner.configure([scripted()]);
  await until(() => table()[0] === '10.0.100.5 7');
  exitWith(1);
  await until(() => table().length === 0);
  expect(said).toContain('MISC_CHECK down: exit code 1, 2 times in a row');
  expect(said.at(-1)).toContain('is out of service with weight 1: MISC_CHECK: exit code 1, 2 times in a row');
  exitWith(0);
  await until(() => table().length === 1);
  await runner.stop();
  expect(told().split('\n')).toEqual(['down', 'lost', 'up', 'down', 'lost', '']);
});

it('takes servers out by a file in the maintenance directory, and back when it goes', async () => {
  exitWith(0);
  const maintenanceDirectory = join(directory, 'out');
  mkdirSync(maintenanceDirectory);
  runner.configure([scripted({ maintenanceDirectory })]);
  await sleep(100);
  expect(table()).toHaveLength(1);
  writeFileSync(join(maintenanceDirectory, '10.0.100.5:53'), '');
  await until(() => table().length === 0);
  expect(said.at(-1)).toContain('the maintenance directory has a file 10.0.100.5:53');
  rmSync(join(maintenanceDirectory, '10.0.100.5:53'));
  await until(() => table().length === 1);
});

it('ends the attempts that run when it stops, and gives no more news', async () => {
  const command = ['/bin/sh', '-c', `trap '' TERM; sleep 1; echo late >> ${directory}/told`];
  const timing = { intervalMs: 50, timeoutMs: 60_000, retries: 0, delayBeforeRetryMs: 0, warmupMs: 0 };
  const server = realServer('10.0.100.5', {
    checks: [{ ...timing, kind: 'MISC_CHECK', command, dynamicWeight: false }],
  });
  runner.configure([virtualServer([server])]);
  await sleep(200);
  const before = Date.now();
  await runner.stop();
  expect(Date.now() - before).toBeLessThan(500);
  await sleep(1200);
  expect(told()).toBe('');
  expect(said).toEqual([]);
});

it('a notify program that takes too long is ended, and the next one runs after it', async () => {
  const queue = new NotifyQueue((_, message) => logged.push(message), 300);
  queue.add({ command: ['/bin/sh', '-c', `sleep 5; echo slow >> ${directory}/told`] }, 'a');
  queue.add({ command: ['/bin/sh', '-c', `echo quick >> ${directory}/told; exit 3`] }, 'b');
  queue.add({ command: ['/no/such/program'] }, 'c');
  await queue.settled();
  expect(told()).toBe('quick\n');
  expect(logged).toHaveLength(3);
  expect(logged[0]).toContain('took more than 0.3 s and was ended');
  expect(logged[1]).toContain('exit code 3');
  expect(logged[2]).toBe('/no/such/program (c): /no/such/program does not exist');
});

it('follows a tracked file: written at first, weight by its number, down when it must not be there', async () => {
  const path = join(directory, 'load');
  const timing = { intervalMs: 50, timeoutMs: 1000, retries: 0, delayBeforeRetryMs: 50, warmupMs: 0 };
  const file = { ...timing, kind: 'FILE_CHECK', name: 'load', path, weight: 2, reverse: false } as const;
  const service = (changes: object) =>
    virtualServer([realServer('10.0.100.5', { weight: 10, checks: [{ ...file, ...changes }] })]);
  const initial = { value: 3, overwrite: false };
  runner.configure([service({ initial })]);
  await until(() => table()[0] === '10.0.100.5 16');
  writeFileSync(path, '-4\n');
  await until(() => table()[0] === '10.0.100.5 2');
  // A reload does not bring the first number back.
  runner.configure([service({ initial: { ...initial, overwrite: true } })]);
  expect(readFileSync(path, 'utf8')).toBe('-4\n');
  rmSync(path);
  await until(() => table()[0] === '10.0.100.5 10');
  runner.configure([service({ weight: 0 })]);
  writeFileSync(path, '1');
  await until(() => table().length === 0);
  expect(said.at(-1)).toContain(`FILE_CHECK: ${path} says 1`);
});
