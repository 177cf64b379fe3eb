/** A statement about a running lab, with the command that finds out. */
export interface LabCheck {
  /** What is true when it passes: one sentence. */
  readonly title: string;
  /** Where the command runs, as root. */
  readonly node: string;
  /** POSIX shell; exit status 0 means that it is true. What it prints says what was found instead. */
  readonly run: string;
  /** The likely cause when it is not true, and where to look. */
  readonly hint: string;
  /** Without this command's success nothing can be said: the check is skipped, with the reason. */
  readonly needs?: { readonly command: string; readonly reason: string };
}
