import type { Path, PlacedProblem, Problem } from './problem.ts';
import { schemaProblems } from './schema-problems.ts';
import { testbedSchema } from './schema.ts';
import type { RawTestbed } from './schema.ts';
import { YamlSource } from './yaml-source.ts';
import type { Position } from './yaml-source.ts';

export interface ParsedTestbed {
  readonly raw: RawTestbed;
  /** Turns what was found wrong later into places in the file. */
  place(problems: readonly Problem[]): PlacedProblem[];
}

export type ParseResult =
  { readonly ok: true; readonly parsed: ParsedTestbed } | { readonly ok: false; readonly problems: PlacedProblem[] };

/** Reads a testbed's YAML; `file` is only its name in what is reported. Never throws: problems are data. */
export function parseTestbed(file: string, text: string): ParseResult {
  const source = new YamlSource(text);
  const errors = source.errors();
  if (errors.length > 0) {
    return { ok: false, problems: errors.map(({ position, message }) => placed(file, position, message)) };
  }
  const value = plainValue(source);
  if ('error' in value) return { ok: false, problems: [placed(file, source.locate([]), value.error)] };
  const result = testbedSchema.safeParse(value.plain);
  if (result.success)
    return { ok: true, parsed: { raw: result.data, place: (problems) => placeAll(file, source, problems) } };
  const problems = schemaProblems(testbedSchema, value.plain, result.error.issues).map(({ path, key, message }) =>
    placed(file, key === undefined ? source.locate(path) : source.locateKey(path, key), message),
  );
  return { ok: false, problems: problems.sort(inReadingOrder) };
}

function plainValue(source: YamlSource): { plain: unknown } | { error: string } {
  try {
    return { plain: source.value() };
  } catch (error) {
    return { error: `The YAML cannot be read: ${error instanceof Error ? error.message : String(error)}.` };
  }
}

function placeAll(file: string, source: YamlSource, problems: readonly Problem[]): PlacedProblem[] {
  const at = (path: Path): Position => source.locate(path);
  return problems.map(({ path, message }) => placed(file, at(path), message)).sort(inReadingOrder);
}

function placed(file: string, { line, column }: Position, message: string): PlacedProblem {
  return { file, line, column, message };
}

function inReadingOrder(a: PlacedProblem, b: PlacedProblem): number {
  return a.line - b.line || a.column - b.column;
}
