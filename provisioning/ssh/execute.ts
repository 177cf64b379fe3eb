import { RelevoError } from '../contract/index.ts';
import type { CommandOptions, CommandResult, NodeChannel } from './connection.ts';

/** Runs a channel's command to its end, gathering what it prints. */
export async function executeOn(
  node: string,
  channel: NodeChannel,
  options: CommandOptions & { command: string },
): Promise<CommandResult> {
  const output = { stdout: '', stderr: '' };
  channel.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
    options.onOutput?.(text);
  });
  channel.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  channel.stdin.end(options.input ?? '');
  const stopped = stopWhenAsked(node, channel, options);
  try {
    const exit = await Promise.race([channel.exited, stopped.promise]);
    if (exit.lost === true) throw lost(node, options.command);
    const { exitCode, signal } = exit;
    return { ...output, ...(exitCode === undefined ? {} : { exitCode }), ...(signal === undefined ? {} : { signal }) };
  } finally {
    stopped.forget();
  }
}

function stopWhenAsked(
  node: string,
  channel: NodeChannel,
  options: CommandOptions & { command: string },
): { promise: Promise<never>; forget: () => void } {
  let forget = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    const stop = (error: RelevoError): void => {
      channel.close();
      reject(error);
    };
    const abort = (): void =>
      stop(
        new RelevoError('CANCELLED', `"${options.command}" on "${node}" was cancelled.`, {
          node,
          command: options.command,
        }),
      );
    const timer =
      options.timeoutMs === undefined ? undefined : setTimeout(() => stop(tooSlow(node, options)), options.timeoutMs);
    options.signal?.addEventListener('abort', abort, { once: true });
    forget = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
    };
    if (options.signal?.aborted === true) abort();
  });
  promise.catch(() => undefined);
  return { promise, forget };
}

function tooSlow(node: string, options: CommandOptions & { command: string }): RelevoError {
  const seconds = (options.timeoutMs ?? 0) / 1000;
  return new RelevoError('TIMEOUT', `"${options.command}" on "${node}" did not end within ${seconds} s.`, {
    node,
    command: options.command,
  });
}

function lost(node: string, command: string): RelevoError {
  return new RelevoError('NODE_NOT_RUNNING', `The node "${node}" went away while "${command}" was running on it.`, {
    node,
    command,
  });
}
