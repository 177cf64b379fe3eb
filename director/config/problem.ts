/** Something wrong in a configuration file. Errors keep the file from being used, warnings do not. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters. */
  readonly column: number;
  readonly message: string;
  readonly expected?: string;
  /** The known word that comes nearest to the unknown one. */
  readonly nearest?: string;
}

/** `keepalived.conf:12:5: error: unknown word "lb_alg" in virtual_server; did you mean "lb_algo"?` */
export function formatProblem(problem: Problem): string {
  const { file, line, column, severity, message, expected, nearest } = problem;
  const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  const wanted = expected === undefined ? '' : ` (expected ${expected})`;
  return `${file}:${line}:${column}: ${severity}: ${message}${hint}${wanted}`;
}
