import type { z } from 'zod';
import { suggestion } from './nearest-word.ts';
import type { Path } from './problem.ts';
import { knownKeys } from './schema-words.ts';

/** A complaint of the schema in our words; `key` is set when a key, not a value, is at fault. */
export interface SchemaProblem {
  readonly path: Path;
  readonly key?: string;
  readonly message: string;
}

const typeWords: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
  tuple: 'a list',
};

const formatWords: Record<string, string> = {
  ipv4: 'an IPv4 address like 10.0.100.1',
  cidrv4: 'a network like 10.0.100.0/24',
  url: 'a URL like http://192.168.1.202/',
};

/** Every complaint, as "expected …, found …", each with its path. */
export function schemaProblems(schema: z.core.$ZodType, value: unknown, issues: z.core.$ZodIssue[]): SchemaProblem[] {
  return issues.flatMap((issue) => explain(schema, value, issue, toPath(issue.path)));
}

function explain(
  schema: z.core.$ZodType,
  value: unknown,
  issue: z.core.$ZodIssue,
  path: Path,
): SchemaProblem | SchemaProblem[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(schema, path, key));
    case 'invalid_union':
      return explainUnion(schema, value, issue, path);
    case 'invalid_key': {
      const key = String(path.at(-1));
      return { path: path.slice(0, -1), key, message: `Expected a name of ${expectedOf(issue)}, found "${key}".` };
    }
    default:
      return { path, message: valueMessage(issue, path, valueAt(value, path)) };
  }
}

function unknownKey(schema: z.core.$ZodType, path: Path, key: string): SchemaProblem {
  const known = knownKeys(schema, path);
  const hint = suggestion(key, known) || ` Known here: ${known.join(', ')}.`;
  return { path, key, message: `Unknown key "${key}"${path.length === 0 ? '' : ` in ${pathText(path)}`}.${hint}` };
}

/** Of several allowed forms, the one with the fewest complaints is taken for the one that was meant. */
function explainUnion(
  schema: z.core.$ZodType,
  value: unknown,
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
): SchemaProblem[] {
  const weight = (issues: z.core.$ZodIssue[]): number =>
    issues.reduce((sum, inner) => sum + (inner.code === 'unrecognized_keys' ? 2 * inner.keys.length : 1), 0);
  const [best = []] = [...issue.errors].sort((a, b) => weight(a) - weight(b));
  return best.flatMap((inner) => explain(schema, value, inner, [...path, ...toPath(inner.path)]));
}

function valueMessage(issue: z.core.$ZodIssue, path: Path, found: unknown): string {
  const expected = expectedOf(issue);
  if (found === undefined) return `${pathText(path)} is missing: expected ${expected}.`;
  const hint =
    issue.code === 'invalid_value' && typeof found === 'string' ? suggestion(found, issue.values.map(String)) : '';
  return `${pathText(path)}: expected ${expected}, found ${foundText(found)}.${hint}`;
}

function expectedOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeWords[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map((word) => JSON.stringify(word)).join(' or ');
    case 'invalid_format':
      return formatWords[issue.format] ?? issue.message;
    case 'too_small':
      return limit(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return limit(issue.origin, 'at most', issue.maximum);
    case 'invalid_key':
      return issue.issues.map(expectedOf).join(', ');
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_element':
    case 'custom':
      return issue.message;
  }
}

function limit(origin: string, word: string, bound: number | bigint): string {
  if (origin === 'array') return `a list with ${word} ${bound} ${Number(bound) === 1 ? 'entry' : 'entries'}`;
  if (origin === 'string') return `a text of ${word} ${bound} characters`;
  return `a number of ${word} ${bound}`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null ? (current as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}

function foundText(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return `a group of keys (${Object.keys(value).slice(0, 5).join(', ')})`;
  return JSON.stringify(value);
}

/** `nodes.web1.interfaces[0].mac`. */
export function pathText(path: Path): string {
  if (path.length === 0) return 'the testbed';
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');
}

function toPath(path: PropertyKey[]): Path {
  return path.map((key) => (typeof key === 'number' ? key : String(key)));
}
