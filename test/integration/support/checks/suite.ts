import { describe } from 'vitest';
import type { NegotiateService } from '../../../../director/engine/checks/configuration.ts';
import { programPath, type What } from './check-lab.ts';

/** Tests that need daemons of Debian; without them they are skipped by name. */
export function suite(name: string, programs: readonly string[], tests: () => void): void {
  const missing = programs.filter((program) => programPath(program) === undefined);
  if (missing.length === 0) describe(name, tests);
  else describe.skip(`${name} (not installed: ${missing.join(', ')})`, tests);
}

export const negotiate = (
  service: NegotiateService,
  port: number,
  changes: Partial<Extract<What, { kind: 'NEGOTIATE' }>> = {},
): What => ({
  kind: 'NEGOTIATE',
  service,
  address: '127.0.0.1',
  port,
  request: '',
  receive: '',
  login: '',
  password: '',
  database: '',
  ...changes,
});
