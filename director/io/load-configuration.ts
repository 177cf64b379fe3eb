import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemResolver } from '../cli/ipvsadm/getent.ts';
import { ruleReader } from '../cli/rule-reader.ts';
import type { DirectorConfiguration } from '../config/configuration.ts';
import { parseConfiguration, type ParseOptions } from '../config/formats.ts';
import { formatProblem } from '../config/problem.ts';
import type { ParseResult } from '../config/result.ts';
import { DirectorError, errorMessage } from './errors.ts';
import { includedFiles } from './included-files.ts';
import type { Log } from './log.ts';

/** Reads and parses a file of any format; throws DirectorError `config-unreadable`. */
export function parseFile(file: string, options: Pick<ParseOptions, 'format' | 'role'> = {}): ParseResult {
  return parseConfiguration(readText(file), file, {
    ...options,
    include: includedFiles,
    configId: hostname().replace(/\..*/s, ''),
    random: Math.random,
    readRule: ruleReader(systemResolver),
    names: systemResolver,
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

/** The configuration of a file, its warnings logged. Throws DirectorError `config-unreadable` or `config-invalid`. */
export function loadConfiguration(file: string, log: Log): DirectorConfiguration {
  const { configuration, problems } = parseFile(file);
  const lines = problems.map(formatProblem);
  if (!configuration)
    throw new DirectorError('config-invalid', [`The configuration ${file} has errors:`, ...lines].join('\n'));
  for (const line of lines) log('warn', line);
  return configuration;
}
