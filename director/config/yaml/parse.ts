import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, stringify, type Document } from 'yaml';
import { z } from 'zod';
import type { DirectorConfiguration } from '../configuration.ts';
import { nearestWord } from '../nearest-word.ts';
import { sortProblems, type Place, type Problem } from '../problem.ts';
import { shown } from '../reader.ts';
import type { ParseResult, WriteResult } from '../result.ts';
import { issueWords } from './issue-words.ts';
import { directorYamlSchema } from './schema.ts';
import { checkSemantics, type Path } from './semantics.ts';

/** Deeper files are not ours, and would exhaust the parser's stack. */
const deepest = 64;

/** Reads a director.yaml. */
export function parseYaml(text: string, file: string): ParseResult {
  const locator = new Locator(file, text);
  if (nesting(text) > deepest)
    return { problems: [locator.at(0, `blocks more than ${deepest} deep within each other`)], origins: new Map() };
  const document = parseDocument(text, { lineCounter: locator.lines });
  const structure = [...document.errors, ...document.warnings].map((found) =>
    locator.at(found.pos[0], (found.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, ''), {
      severity: severityOf(found.name),
    }),
  );
  if (document.errors.length > 0) return { problems: sortProblems(structure), origins: new Map() };
  const values = toValues(document);
  if ('wrong' in values) return { problems: [locator.at(0, values.wrong)], origins: new Map() };
  const parsed = directorYamlSchema.safeParse(values.value ?? {});
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, document, locator));
    return { problems: sortProblems([...structure, ...problems]), origins: new Map() };
  }
  // The schema leaves out what is not there, which exact optional properties mean and its types cannot say.
  const configuration = parsed.data as DirectorConfiguration;
  const problems = [...structure];
  checkSemantics(configuration, (path, message, expected) => {
    problems.push(locator.at(offsetOf(document, path), message, expected === undefined ? {} : { expected }));
  });
  const origins = originsOf(configuration, document, locator);
  return problems.some(({ severity }) => severity === 'error')
    ? { problems: sortProblems(problems), origins }
    : { configuration, problems: sortProblems(problems), origins };
}

/** The model is the format: nothing is lost. */
export function writeYaml(configuration: DirectorConfiguration): WriteResult {
  return { text: stringify(configuration, { lineWidth: 120, aliasDuplicateObjects: false }), losses: [] };
}

class Locator {
  readonly lines = new LineCounter();
  readonly #file: string;
  readonly #end: number;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#end = text.length;
  }

  place(offset: number): Place {
    const { line, col } = this.lines.linePos(Math.min(offset, this.#end));
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
  }

  at(
    offset: number,
    message: string,
    details: Partial<Pick<Problem, 'severity' | 'expected' | 'nearest'>> = {},
  ): Problem {
    return { severity: 'error', ...this.place(offset), message: shown(message), ...details };
  }
}

function severityOf(name: string): Problem['severity'] {
  return name === 'YAMLWarning' ? 'warning' : 'error';
}

function nesting(text: string): number {
  let depth = 0;
  let most = 0;
  for (const line of text.split('\n')) most = Math.max(most, indentOf(line) / 2);
  for (const character of text) {
    if (character === '[' || character === '{') most = Math.max(most, ++depth);
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
  }
  return most;
}

/** Blanks and dashes in front of a line: each may open a level. */
function indentOf(line: string): number {
  return /^[\s?:-]*/.exec(line)?.[0].length ?? 0;
}

function toValues(document: Document): { value: unknown } | { wrong: string } {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : 'the file cannot be read' };
  }
}

function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, document: Document, locator: Locator): Problem[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code !== 'unrecognized_keys') {
    const { message, ...details } = issueWords(issue, String(path.at(-1) ?? 'the file'), valueAt(document, path));
    return [locator.at(offsetOf(document, path), message, details)];
  }
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  return issue.keys.map((key) => {
    const nearest = nearestWord(key, knownKeys());
    return locator.at(keyOffset(node, key) ?? offsetOf(document, path), `unknown key "${shown(key)}"`, {
      expected: 'a key of docs/director/configuration.md',
      ...(nearest === undefined ? {} : { nearest }),
    });
  });
}

/** A plain value, a node for anything bigger; undefined when it is not there. */
function valueAt(document: Document, path: Path): unknown {
  return path.length === 0 ? document.contents : document.getIn(path);
}

function keyOffset(node: unknown, key: string): number | undefined {
  if (!isMap(node)) return undefined;
  for (const pair of node.items)
    if (isPair(pair) && isScalar(pair.key) && String(pair.key.value) === key) return pair.key.range?.[0];
  return undefined;
}

let keys: Set<string> | undefined;

/** All keys of the schema, wherever they may stand. */
function knownKeys(): Set<string> {
  if (keys) return keys;
  keys = new Set();
  const waiting: unknown[] = [z.toJSONSchema(directorYamlSchema, { io: 'input', unrepresentable: 'any' })];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    if ('properties' in part && typeof part.properties === 'object' && part.properties !== null)
      for (const key of Object.keys(part.properties)) keys.add(key);
    for (const value of Object.values(part) as unknown[]) waiting.push(value);
  }
  return keys;
}

function originsOf(configuration: DirectorConfiguration, document: Document, locator: Locator): Map<object, Place> {
  const origins = new Map<object, Place>();
  const put = (part: object, path: Path): unknown => origins.set(part, locator.place(offsetOf(document, path)));
  for (const [index, instance] of configuration.instances.entries()) put(instance, ['instances', index]);
  for (const [index, mark] of configuration.marks.entries()) put(mark, ['marks', index]);
  for (const [index, service] of configuration.virtualServers.entries()) {
    put(service, ['virtualServers', index]);
    for (const [server, real] of service.realServers.entries()) {
      put(real, ['virtualServers', index, 'realServers', server]);
      for (const [check, one] of real.checks.entries())
        put(one, ['virtualServers', index, 'realServers', server, 'checks', check]);
    }
  }
  return origins;
}
