/** Where in a testbed something is: keys and indexes from the root. */
export type Path = readonly (string | number)[];

/** What is wrong in a testbed: what was expected, and what is there instead. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** A problem with its place in the file; lines and columns count from 1. */
export interface PlacedProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Collects problems, so that a reader hears of all of them at once. */
export class Problems {
  readonly found: Problem[] = [];

  add(path: Path, message: string): void {
    this.found.push({ path, message });
  }
}
