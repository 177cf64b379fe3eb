/** A place in a file; both numbers are 1-based, the column counts characters. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something wrong in a configuration file. Errors keep the file from being used, warnings do not. */
export interface Problem extends Place {
  readonly severity: 'error' | 'warning';
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

/** By file as they come, then by place. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const files = new Map<string, number>();
  for (const { file } of problems) if (!files.has(file)) files.set(file, files.size);
  const rank = (file: string): number => files.get(file) ?? 0;
  return [...problems].sort((a, b) => rank(a.file) - rank(b.file) || a.line - b.line || a.column - b.column);
}
