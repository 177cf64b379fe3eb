import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { EventPayload } from '../../contract/index.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { chooseLab, print, withEngine } from '../context.ts';
import { shellStatus } from '../exit-status.ts';
import { onInterrupt } from '../interrupt.ts';
import { flushed, runRemote } from '../remote-command.ts';
import type { RemoteStreams, RunningCommand } from '../remote-command.ts';
import { commandLine } from '../shell-words.ts';

export interface ExecRequest {
  readonly node: string;
  readonly words: readonly string[];
}

/** 128 + SIGINT. */
const INTERRUPTED = 130;

/** Runs a command on a node: bytes in, bytes out, and its own exit status. */
export async function exec(
  context: CommandContext,
  { node, words }: ExecRequest,
  options: CommandOptions,
): Promise<ExitStatus> {
  return withEngine(context, async (client) => {
    const lab = await chooseLab(client, options.lab);
    const collected = options.json === true ? collect() : undefined;
    const streams = collected?.streams ?? { output: process.stdout, errors: process.stderr };
    const running = await runRemote(
      client,
      { lab, node, command: commandLine(words) },
      { ...streams, input: process.stdin },
    );
    const exit = await exitOrInterrupt(running).finally(() => {
      // A terminal or an open pipe at our standard input must not keep us from ending.
      process.stdin.destroy();
    });
    if (exit === undefined) return INTERRUPTED;
    await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
    if (collected !== undefined) print(options, await collected.result(exit), () => '');
    return shellStatus(exit, node);
  });
}

async function exitOrInterrupt(running: RunningCommand): Promise<EventPayload<'session-exit'> | undefined> {
  let stopListening: () => void = () => undefined;
  const interrupted = new Promise<undefined>((resolve) => {
    stopListening = onInterrupt(() => resolve(undefined));
  });
  try {
    const exit = await Promise.race([running.exited, interrupted]);
    if (exit === undefined) await running.stop();
    return exit;
  } finally {
    stopListening();
  }
}

interface Collected {
  readonly streams: Omit<RemoteStreams, 'input'>;
  result(exit: EventPayload<'session-exit'>): Promise<object>;
}

/** For --json: what the command wrote, as text. */
function collect(): Collected {
  const output = new PassThrough();
  const errors = new PassThrough();
  const texts = [buffer(output), buffer(errors)] as const;
  return {
    streams: { output, errors },
    result: async ({ exitCode, signal, reason }) => {
      output.end();
      errors.end();
      const [stdout, stderr] = await Promise.all(texts);
      return { exitCode, signal, reason, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
    },
  };
}
