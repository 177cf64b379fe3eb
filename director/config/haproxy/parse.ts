import type { ProxyConfiguration } from '../../engine/proxy/configuration.ts';
import { sortProblems, type Problem } from '../problem.ts';
import { Reader } from '../reader.ts';
import type { Origins } from '../result.ts';
import type { Context } from './context.ts';
import { finish } from './finish.ts';
import { newGlobals } from './global-draft.ts';
import type { HaproxySurroundings } from './scope.ts';
import { Sections } from './sections.ts';
import { Source } from './source.ts';

export interface HaproxyParseResult {
  /** Absent when any problem is an error. */
  readonly configuration?: ProxyConfiguration;
  readonly problems: readonly Problem[];
  /** Of proxies and servers. */
  readonly origins: Origins;
}

/** Reads a haproxy.cfg as HAProxy 2.6 does; `file` is its name for messages. Never throws. */
export function parseHaproxy(text: string, file: string, surroundings: HaproxySurroundings = {}): HaproxyParseResult {
  const reader = new Reader(file, new Set());
  const environment = new Map<string, string>();
  for (const [name, value] of Object.entries(surroundings.environment ?? {}))
    if (value !== undefined) environment.set(name, value);
  const context: Context = { reader, environment, files: surroundings.files, globals: newGlobals(), references: [] };
  const sections = new Sections(context);
  const pseudo = (line: number): Readonly<Record<string, string>> => ({
    '.LINE': String(line),
    '.FILE': file,
    '.SECTION': sections.name,
  });
  const source = new Source(text, reader, (name, line) =>
    name.startsWith('.') ? pseudo(line)[name] : environment.get(name),
  );
  for (const line of source) sections.read(line);
  const configuration = finish(sections, context);
  const problems = sortProblems(reader.problems);
  const { origins } = reader;
  return problems.some(({ severity }) => severity === 'error')
    ? { problems, origins }
    : { configuration, problems, origins };
}
