import { quote } from '../quote.ts';
import type { CommandStep } from '../recipe.ts';

/** Adds a line to a file that has other lines too, once. */
export function appendLine(title: string, path: string, line: string): CommandStep {
  return {
    kind: 'command',
    title,
    unless: `grep -qxF ${quote(line)} ${quote(path)} 2> /dev/null`,
    run: `printf '%s\\n' ${quote(line)} >> ${quote(path)}`,
  };
}
