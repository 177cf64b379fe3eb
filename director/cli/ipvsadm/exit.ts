import type { OptionKind } from './legality.ts';

/** What on the command line was wrong, for whoever says more about it than ipvsadm does. */
export interface Culprit {
  /** The option that it belongs to; absent: the one that was being read. */
  readonly option?: OptionKind;
  /** An element of the command line, or a part of an option's value. */
  readonly word?: string;
  /** What it could have been. */
  readonly known?: readonly string[];
}

/** Ends an ipvsadm call at once, as the real one's `exit()` does: what goes to which stream, and the exit code. */
export class IpvsadmExit extends Error {
  override readonly name = 'IpvsadmExit';
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Within -R only the line ends, not the program. */
  readonly endsLineOnly: boolean;
  readonly culprit: Culprit | undefined;

  constructor(
    exitCode: number,
    streams: { readonly stdout?: string; readonly stderr?: string },
    { endsLineOnly = false, culprit }: { readonly endsLineOnly?: boolean; readonly culprit?: Culprit | undefined } = {},
  ) {
    super(streams.stderr ?? '');
    this.exitCode = exitCode;
    this.endsLineOnly = endsLineOnly;
    this.culprit = culprit;
    this.stdout = streams.stdout ?? '';
    this.stderr = streams.stderr ?? '';
  }
}

/** What ipvsadm says to a command line that means nothing; exit code 2. */
export function usageError(message: string, culprit?: Culprit): IpvsadmExit {
  return new IpvsadmExit(2, { stderr: `${message}\n` }, { culprit });
}

/** C's `exit(-1)`. */
export const EXIT_FAILURE = 255;

export function tryHelp(program: string, culprit?: Culprit): IpvsadmExit {
  const stderr = `Try \`${program} -h' or '${program} --help' for more information.\n`;
  return new IpvsadmExit(EXIT_FAILURE, { stderr }, { culprit });
}
