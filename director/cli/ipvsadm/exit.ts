/** Ends an ipvsadm call at once, as the real one's `exit()` does: what goes to which stream, and the exit code. */
export class IpvsadmExit extends Error {
  override readonly name = 'IpvsadmExit';
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Within -R only the line ends, not the program. */
  readonly endsLineOnly: boolean;

  constructor(exitCode: number, streams: { readonly stdout?: string; readonly stderr?: string }, endsLineOnly = false) {
    super(streams.stderr ?? '');
    this.exitCode = exitCode;
    this.endsLineOnly = endsLineOnly;
    this.stdout = streams.stdout ?? '';
    this.stderr = streams.stderr ?? '';
  }
}

/** What ipvsadm says to a command line that means nothing; exit code 2. */
export function usageError(message: string): IpvsadmExit {
  return new IpvsadmExit(2, { stderr: `${message}\n` });
}

/** C's `exit(-1)`. */
export const EXIT_FAILURE = 255;

export function tryHelp(program: string): IpvsadmExit {
  const stderr = `Try \`${program} -h' or '${program} --help' for more information.\n`;
  return new IpvsadmExit(EXIT_FAILURE, { stderr });
}
