import { readFileSync } from 'node:fs';
import type { DirectorConfiguration } from '../config/configuration.ts';
import { parseKeepalived, type ParseResult } from '../config/keepalived/parse.ts';
import { formatProblem } from '../config/problem.ts';
import { DirectorError, errorMessage } from './errors.ts';
import type { Log } from './log.ts';

/** Reads and parses a file; throws DirectorError `config-unreadable`. */
export function parseFile(file: string): ParseResult {
  try {
    return parseKeepalived(readFileSync(file, 'utf8'), file);
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
