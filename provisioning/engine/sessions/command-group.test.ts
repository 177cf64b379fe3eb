import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { ChannelExit, NodeChannel, NodeConnection } from '../../ssh/connection.ts';
import { openCommand } from './command-group.ts';

/** A node whose commands are run as sshd does: by a shell, in a process group of their own. */
const connection: Pick<NodeConnection, 'open' | 'execute'> = {
  open: ({ command = '' }) => {
    const child = spawn('sh', ['-c', command], { detached: true, stdio: 'pipe' });
    const exited = once(child, 'close').then(([code, signal]): ChannelExit =>
      typeof code === 'number' ? { exitCode: code } : { signal: String(signal) },
    );
    const { stdin, stdout, stderr } = child;
    return Promise.resolve<NodeChannel>({
      stdin,
      stdout,
      stderr,
      exited,
      resize: () => undefined,
      close: () => undefined,
    });
  },
  execute: async (command) => {
    const child = spawn('sh', ['-c', command], { stdio: 'ignore' });
    const [exitCode] = (await once(child, 'close')) as [number];
    return { exitCode, stdout: '', stderr: '' };
  },
};
const node = connection as NodeConnection;

async function run(command: string, input = ''): Promise<{ exit: ChannelExit; stdout: Buffer; stderr: Buffer }> {
  const { channel } = await openCommand(node, command);
  channel.stdin.on('error', () => undefined).end(input);
  const [stdout, stderr] = await Promise.all([buffer(channel.stdout), buffer(channel.stderr)]);
  return { exit: await channel.exited, stdout, stderr };
}

test('every byte of the three streams and the exit status pass through', async () => {
  const { exit, stdout, stderr } = await run(`cat; printf 'it'\\''s\\0\\377' >&2; exit 7`, 'in\n\u0000put');
  expect(exit).toEqual({ exitCode: 7 });
  expect(stdout.toString()).toBe('in\n\u0000put');
  expect([...stderr]).toEqual([...Buffer.from("it's\0"), 0xff]);
});

test('a command that says nothing leaves standard error empty', async () => {
  expect(await run('true')).toEqual({ exit: { exitCode: 0 }, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) });
});

test('standard error that begins with a number keeps it', async () => {
  expect((await run('echo 42 >&2')).stderr.toString()).toBe('42\n');
});

test('a command that goes on is ended with all of its children', async () => {
  const { channel, end } = await openCommand(node, 'sleep 77 & echo begun; sleep 77');
  await once(channel.stdout, 'data');
  await end();
  channel.stderr.resume();
  // The streams close only when the last child has gone.
  expect(await channel.exited).toEqual({ signal: 'SIGTERM' });
});

test('what a broken shell says is not lost', async () => {
  const broken = { ...node, open: () => connection.open({ command: 'echo "sh: not today" >&2; exit 126' }) };
  const { channel } = await openCommand(broken, 'true');
  expect((await buffer(channel.stderr)).toString()).toBe('sh: not today\n');
});

test('what a start-up file complains about first is passed on, and the command can be ended all the same', async () => {
  const noisy: NodeConnection = {
    ...node,
    open: ({ command = '' }) => node.open({ command: `echo noise >&2; ${command}` }),
  };
  const { channel, end } = await openCommand(noisy, 'echo said >&2; echo begun; sleep 77');
  await once(channel.stdout, 'data');
  await end();
  expect((await buffer(channel.stderr)).toString()).toBe('noise\nsaid\n');
  expect(await channel.exited).toEqual({ signal: 'SIGTERM' });
});
