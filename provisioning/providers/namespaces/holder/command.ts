import { execFile } from 'node:child_process';

/** A command that the holder ran and that failed, with what it printed. */
export class CommandError extends Error {
  readonly command: string;
  readonly output: string;

  constructor(command: string, output: string, cause: unknown) {
    super(`"${command}" failed: ${output.trim()}`, { cause });
    this.name = 'CommandError';
    this.command = command;
    this.output = output;
  }
}

/** The holder stays small and dependency-free: it has this instead of the engine's execa wrapper. */
export function command(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new CommandError([program, ...args].join(' '), `${stderr}${stdout}`, error));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
