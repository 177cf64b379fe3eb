import { quote } from '../quote.ts';
import type { InitSystem, RecipeStep } from '../recipe.ts';

const path = '/etc/fstab';

/**
 * Puts a line into the node's mount table.
 *
 * Without an init of its own the node's table is the machine's, whose disks are none of the node's business: ours replaces it.
 * A virtual machine's table has its root disk, without which it stays read-only: there the line is added, once.
 */
export function mountTable(title: string, line: string, init: InitSystem): RecipeStep {
  if (init === 'none') return { kind: 'file', title, path, content: `${line}\n` };
  return {
    kind: 'command',
    title,
    unless: `grep -qxF ${quote(line)} ${path} 2> /dev/null`,
    run: `printf '%s\\n' ${quote(line)} >> ${path}`,
  };
}
