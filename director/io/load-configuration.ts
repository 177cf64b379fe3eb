import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { laterResolver, systemResolver } from '../cli/ipvsadm/getent.ts';
import { ruleReader } from '../cli/rule-reader.ts';
import { planes, type DirectorConfiguration } from '../config/configuration.ts';
import { parseConfiguration, type ParseOptions } from '../config/formats.ts';
import { GatheredNames, type LaterHostNames } from '../config/host-names.ts';
import { formatProblem } from '../config/problem.ts';
import type { ParseResult } from '../config/result.ts';
import { configurationFiles } from './configuration-files.ts';
import { DirectorError, errorMessage } from './errors.ts';
import { includedFiles } from './included-files.ts';
import type { Log } from './log.ts';

type Choices = Pick<ParseOptions, 'format' | 'role'>;

/** Reads and parses a file of any format; names are waited for. Throws DirectorError `config-unreadable`. */
export function parseFile(file: string, options: Choices = {}): ParseResult {
  return parse(file, options, systemResolver);
}

/** The same for a process that has something else to do: name servers may take half a minute. */
export async function parseFileLater(file: string, source: LaterHostNames = laterResolver): Promise<ParseResult> {
  const names = new GatheredNames(source);
  for (;;) {
    const result = parse(file, {}, names);
    if (!names.isWaiting) return result;
    await names.gather();
  }
}

function parse(file: string, options: Choices, names: typeof systemResolver | GatheredNames): ParseResult {
  return parseConfiguration(readText(file), file, {
    ...options,
    include: includedFiles,
    configId: hostname().replace(/\..*/s, ''),
    random: Math.random,
    environment: process.env,
    files: configurationFiles,
    readRule: ruleReader(names),
    names,
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new DirectorError('config-unreadable', `Cannot read the configuration ${file}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

/**
 * Formats that know only the kernel cannot say who forwards: the environment says it for them. Throws DirectorError
 * `config-invalid`.
 */
export function planeWanted(
  { plane }: Pick<DirectorConfiguration, 'plane'>,
  wanted = process.env.DIRECTOR_PLANE ?? 'auto',
): DirectorConfiguration['plane'] {
  const known = planes.find((one) => one === wanted);
  if (known === undefined)
    throw new DirectorError('config-invalid', `DIRECTOR_PLANE is "${wanted}", and none of ${planes.join(', ')}`);
  return plane === 'auto' ? known : plane;
}

/** The configuration of a file, its warnings logged. Rejects with DirectorError `config-unreadable` or `config-invalid`. */
export async function loadConfiguration(file: string, log: Log): Promise<DirectorConfiguration> {
  const { configuration, problems } = await parseFileLater(file);
  const lines = problems.map(formatProblem);
  if (!configuration)
    throw new DirectorError('config-invalid', [`The configuration ${file} has errors:`, ...lines].join('\n'));
  // Reading it is not serving it: whoever starts the director with it has to know.
  if (configuration.proxies)
    throw new DirectorError(
      'config-invalid',
      `${file} is about layer 7, which this director can check (director check) and does not serve yet.`,
    );
  for (const line of lines) log('warn', line);
  return { ...configuration, plane: planeWanted(configuration) };
}
