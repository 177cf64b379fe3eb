import { readFileSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { findEngine, isSameProcess, processStartTime } from '../../provisioning/discovery/index.ts';
import type { EngineRecord } from '../../provisioning/discovery/index.ts';
import { buildTestCommandLine, commandLine, resultOf } from './support/command-line.ts';
import type { CommandLine } from './support/command-line.ts';
import type { RpcError } from '../../provisioning/contract/index.ts';

let program: string;
let relevo: CommandLine;
beforeAll(async () => void (program = await buildTestCommandLine()));
beforeEach(() => {
  relevo = commandLine(program);
  return () => relevo.clean();
});

// Whoever is to bury an orphan may take its time: a zombie is dead.
const isAlive = ({ pid, startTime }: Pick<EngineRecord, 'pid' | 'startTime'>): boolean => isSameProcess(pid, startTime);

function runningEngine(): EngineRecord {
  const engine = findEngine(relevo.state);
  if (engine === undefined) throw new Error('No engine runs.');
  return engine;
}

const errorOf = (stderr: string): RpcError => (JSON.parse(stderr) as { error: RpcError }).error;

describe('an engine on demand', () => {
  test('is started by a command that needs it, and ends within a second when there is no lab', async () => {
    const { status, stdout } = await relevo.run(['labs', '--json']);
    expect([status, stdout.toString()]).toEqual([0, '[]\n']);
    await vi.waitFor(() => expect(findEngine(relevo.state)).toBeUndefined(), { timeout: 1000 });
    expect(existsSync(join(relevo.state, 'engine.json'))).toBe(false);
  });

  test('stays while there is a lab, serves the next command, and ends after down', async () => {
    await relevo.run(['up', 'tfg']);
    const engine = runningEngine();
    const labs = JSON.parse((await relevo.run(['labs', '--json'])).stdout.toString()) as { lab: string }[];
    expect(labs.map(({ lab }) => lab)).toEqual(['tfg']);
    expect(runningEngine()).toEqual(engine);
    expect((await relevo.run(['down'])).status).toBe(0);
    await vi.waitFor(() => expect(isAlive(engine)).toBe(false), { timeout: 1000 });
  });

  test('of several commands at once, all use the same one', async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => relevo.run(['labs', '--json'])));
    expect(results.map(({ status, stderr }) => [status, stderr])).toEqual(results.map(() => [0, '']));
  });

  test('after a crash its record is not believed, and the next command starts a new one', async () => {
    await relevo.run(['up', 'tfg']);
    const { pid } = runningEngine();
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(findEngine(relevo.state)).toBeUndefined());
    expect(existsSync(join(relevo.state, 'engine.json'))).toBe(true);
    expect((await relevo.run(['labs'])).status).toBe(0);
  });

  test('a record whose process number was given to somebody else is not believed either', async () => {
    const record = { pid: process.pid, startTime: '1', port: 1, token: 'x', version: '0' };
    writeFileSync(join(relevo.state, 'engine.json'), JSON.stringify(record));
    expect((await relevo.run(['labs'])).status).toBe(0);
    expect(processStartTime(process.pid)).toBeDefined();
  });

  test('stop ends it, and says whether there was one', async () => {
    expect(JSON.parse((await relevo.run(['stop', '--json'])).stdout.toString())).toEqual({ wasRunning: false });
    await relevo.run(['up', 'tfg']);
    const engine = runningEngine();
    expect(JSON.parse((await relevo.run(['stop', '--json'])).stdout.toString())).toEqual({ wasRunning: true });
    await vi.waitFor(() => expect(isAlive(engine)).toBe(false), { timeout: 1000 });
  });
});

describe('relevo serve', () => {
  test('prints the address with the token, and ends at SIGTERM leaving no record', async () => {
    const child = relevo.start(['serve', '--json']);
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    const { port, address } = JSON.parse(line.toString()) as { port: number; address: string };
    const { token } = runningEngine();
    expect(address).toBe(`http://127.0.0.1:${port}/#token=${token}`);
    child.kill('SIGTERM');
    expect((await resultOf(child)).status).toBe(0);
    expect(existsSync(join(relevo.state, 'engine.json'))).toBe(false);
  });

  test('the token is in no log', async () => {
    await relevo.run(['up', 'tfg']);
    const { token } = runningEngine();
    await relevo.run(['stop']);
    expect(readFileSync(join(relevo.state, 'engine.log'), 'utf8')).not.toContain(token);
  });

  test('a second engine on the same state directory is refused, and the first goes on', async () => {
    await relevo.run(['up', 'tfg']);
    const first = runningEngine();
    const { status, stderr } = await relevo.run(['serve', '--json']);
    expect(status).toBe(1);
    expect(errorOf(stderr)).toMatchObject({ code: 'ENGINE_RUNNING' });
    expect(runningEngine()).toEqual(first);
  });

  test('a port in use is named, with what to do, and nothing is left behind', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { status, stderr } = await relevo.run(['serve', '--json', '--port', String(port)]);
    other.close();
    expect(status).toBe(1);
    const error = errorOf(stderr);
    expect(error).toMatchObject({ code: 'PORT_IN_USE' });
    expect(error.message).toContain(String(port));
    expect(error.detail.hint).toContain('--port');
    expect(existsSync(join(relevo.state, 'engine.json'))).toBe(false);
    // The lock is free again: another port works.
    expect((await relevo.run(['labs'])).status).toBe(0);
  });
});

test('a command that the engine leaves in the lurch says so', async () => {
  await relevo.run(['up', 'tfg']);
  const child = relevo.start(['exec', 'web1', '--', 'sleep', '5']);
  await new Promise((resolve) => setTimeout(resolve, 700));
  process.kill(runningEngine().pid, 'SIGKILL');
  const { status, stderr } = await resultOf(child);
  expect(status).toBe(1);
  expect(stderr).toContain('(ENGINE_UNREACHABLE)');
});
