import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RpcError } from '../../provisioning/contract/index.ts';
import { buildTestCommandLine, commandLine, resultOf } from './support/command-line.ts';
import type { CommandLine } from './support/command-line.ts';

let relevo: CommandLine;
beforeAll(async () => {
  relevo = commandLine(await buildTestCommandLine());
  await relevo.run(['up', 'tfg']);
});
afterAll(() => relevo.clean());

const errorOf = (stderr: string): RpcError => (JSON.parse(stderr) as { error: RpcError }).error;

describe('exit statuses', () => {
  test.each([
    [['testbeds'], 0],
    [['status'], 0],
    [['--help'], 0],
    [['up', '--help'], 0],
    [['--version'], 0],
    [[], 2],
    [['fly'], 2],
    [['up'], 2],
    [['up', 'tfg', '--advert-interval', '-1'], 2],
    [['serve', '--port', '70000'], 2],
    [['status', '--nonsense'], 2],
    [['drill', 'kill-master', '--moment', 'tomorrow'], 2],
    [['up', 'nothing'], 1],
    [['up', 'tfg'], 1],
    [['status', '--lab', 'nothing'], 1],
    [['kill', 'nobody'], 1],
    [['cut', 'web1', 'nowhere'], 1],
    [['exec', 'nobody', '--', 'true'], 1],
    [['ssh', 'web1'], 1],
    [['drill', 'kill-master'], 1],
  ])('relevo %j: %i', async (args, expected) => {
    const { status, stderr } = await relevo.run(args);
    expect({ status, stderr }).toMatchObject({ status: expected });
  });

  test.each([
    [['up', 'nothing', '--json'], 'UNKNOWN_TESTBED', 1],
    [['up', 'tfg', '--lab', 'a/b', '--json'], 'INVALID_LAB_NAME', 1],
    [['up', 'tfg', '--json'], 'LAB_EXISTS', 1],
    [['kill', 'nobody', '--json'], 'UNKNOWN_NODE', 1],
    [['status', '--lab', '../etc', '--json'], 'UNKNOWN_LAB', 1],
    [['fly', '--json'], 'INVALID_INPUT', 2],
    [['up', '--json'], 'INVALID_INPUT', 2],
  ])('with --json, relevo %j fails as %s on stderr, and stdout stays empty', async (args, code, expected) => {
    const { status, stdout, stderr } = await relevo.run(args);
    expect(status).toBe(expected);
    expect(errorOf(stderr).code).toBe(code);
    expect(stdout.toString()).toBe('');
  });

  test.each([
    ['testbeds'],
    ['labs'],
    ['status'],
    ['plan', 'tfg'],
    ['logs'],
    ['ipvs'],
    ['drill', 'reports'],
    ['kill', 'web1'],
  ])('with --json, relevo %s %s prints one document', async (...args) => {
    const { status, stdout } = await relevo.run([...args.filter((argument) => argument), '--json']);
    expect(status).toBe(0);
    expect(() => JSON.parse(stdout.toString()) as unknown).not.toThrow();
  });
});

describe('errors for people', () => {
  test('are a sentence, the next step and the code, without a stack', async () => {
    const { stderr } = await relevo.run(['up', 'nothing']);
    expect(stderr).toBe('Error: There is no testbed named "nothing".\nNext step: Known: tfg.\n(UNKNOWN_TESTBED)\n');
  });

  test('several labs without --lab are listed', async () => {
    await relevo.run(['up', 'tfg', '--lab', 'second']);
    const { status, stderr } = await relevo.run(['status']);
    await relevo.run(['down', '--lab', 'second']);
    expect(status).toBe(1);
    expect(stderr).toContain('tfg, second');
    expect(stderr).toContain('--lab');
  });
});

describe('exec', () => {
  test.each([0, 1, 7, 42, 255])("passes the command's status %i", async (expected) => {
    expect((await relevo.run(['exec', 'web1', '--', `exit ${expected}`])).status).toBe(expected);
  });

  test.each([
    ['TERM', 143],
    ['KILL', 137],
    ['SEGV', 139],
  ])('reports signal %s as %i', async (signal, expected) => {
    expect((await relevo.run(['exec', 'web1', '--', `kill -${signal} $$`])).status).toBe(expected);
  });

  test('passes both streams byte by byte, and keeps them apart', async () => {
    const { stdout, stderr } = await relevo.run(['exec', 'web1', '--', "printf '\\000\\377out'; printf err >&2"]);
    expect(stdout).toEqual(Buffer.from('\0\xffout', 'latin1'));
    expect(stderr).toBe('err');
  });

  test('passes 8 MiB of anything through a command, unchanged', async () => {
    const bytes = randomBytes(8 * 1024 * 1024);
    const { status, stdout } = await relevo.run(['exec', 'web1', '--', 'cat'], bytes);
    expect(status).toBe(0);
    expect(stdout.equals(bytes)).toBe(true);
  });

  test('several words arrive as the words they were, whatever they hold', async () => {
    const words = ['a b', "it's", '$HOME', '*', '', '--json', '-h', 'ñ\n'];
    const { stdout } = await relevo.run(['exec', 'web1', '--', 'printf', '<%s>', ...words]);
    expect(stdout.toString()).toBe(words.map((word) => `<${word}>`).join(''));
  });

  test('a command that reads nothing ends although input is left', async () => {
    const { status } = await relevo.run(['exec', 'web1', '--', 'true'], randomBytes(4 * 1024 * 1024));
    expect(status).toBe(0);
  });

  test('a reader that leaves ends it quietly', async () => {
    const child = relevo.start(['exec', 'web1', '--', 'yes']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const closed = new Promise((resolve) => child.once('exit', resolve));
    let stderr = '';
    child.stderr?.on('data', (piece: Buffer) => (stderr += piece.toString()));
    await closed;
    expect(stderr).toBe('');
  });

  test('Ctrl-C ends the command on the node, too', async () => {
    const mark = `4${Date.now() % 100_000}`;
    const child = relevo.start(['exec', 'web1', '--', `echo ready; exec sleep ${mark}`]);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    const ended = resultOf(child);
    child.kill('SIGINT');
    expect((await ended).status).toBe(130);
    await vi.waitFor(async () => {
      const { stdout } = await relevo.run(['exec', 'web1', '--', `ps -eo args | grep -c '^sleep ${mark}' || true`]);
      expect(stdout.toString().trim()).toBe('0');
    });
  });

  test('with --json, all of it is one document', async () => {
    const { status, stdout } = await relevo.run(['exec', 'web1', '--json', '--', 'echo out; echo err >&2; exit 5']);
    expect(status).toBe(5);
    expect(JSON.parse(stdout.toString())).toEqual({ exitCode: 5, stdout: 'out\n', stderr: 'err\n' });
  });
});

describe('up', () => {
  test('Ctrl-C cancels, says so, and leaves no lab', async () => {
    const child = relevo.start(['up', 'slow']);
    let told = '';
    child.stderr?.on('data', (piece: Buffer) => (told += piece.toString()));
    await vi.waitFor(() => expect(told).toContain('Starting slow'), { timeout: 5000 });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(told).toContain('Cancelling');
    expect(told).toContain('(CANCELLED)');
    const labs = JSON.parse((await relevo.run(['labs', '--json'])).stdout.toString()) as { lab: string }[];
    expect(labs.map(({ lab }) => lab)).toEqual(['tfg']);
  });
});

test('every command teaches by example', async () => {
  const { stdout } = await relevo.run(['help']);
  const commands = [...stdout.toString().matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '');
  expect(commands.length).toBeGreaterThan(15);
  const groups = ['drill', 'export', 'import', 'snapshot'];
  const single = commands.filter((command) => ![...groups, 'help', 'relevo'].includes(command));
  for (const name of [...single, 'drill kill-master', 'export vagrantfile', 'import vagrantfile', 'snapshot take']) {
    const help = (await relevo.run([...name.split(' '), '--help'])).stdout.toString();
    expect(help, name).toContain(`Examples:\n  relevo ${name}`);
  }
}, 60_000);

test('help is there in no time: heavy parts are loaded only by the commands that need them', async () => {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const begin = performance.now();
    await relevo.run(['--help']);
    times.push(performance.now() - begin);
  }
  // 200 ms on a quiet machine; twice that where other work goes on.
  expect(Math.min(...times)).toBeLessThan(400);
});
