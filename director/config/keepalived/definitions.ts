import type { Surroundings } from './preprocess.ts';

/** `$NAME=value` at the start of a line; the value may be empty or go over several lines. */
export function splitDefinition(line: string): { name: string; value: string } | undefined {
  const match = /^\s*\$([A-Za-z_]\w*)=(.*)$/s.exec(line);
  return match ? { name: match[1] ?? '', value: match[2] ?? '' } : undefined;
}

const reference = /\$(?:([A-Za-z_]\w*)(?=\s|$)|\{([A-Za-z_]\w*)((?:\s+\d+){0,2})\s*\})/g;

/** The substitutable parameters of keepalived.conf(5): replaced where used, so that they may hold each other. */
export class Definitions {
  readonly #values = new Map<string, string>();
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  set(name: string, value: string): void {
    this.#values.set(name, value);
  }

  /**
   * The line with every parameter of it replaced once: several lines when a value has several. Undefined when there was
   * nothing to replace; unknown parameters stay as they are.
   */
  replace(line: string, file: string): string[] | undefined {
    if (!line.includes('$')) return undefined;
    const seen = { replaced: false };
    let budget = 200_000;
    const result = line.replaceAll(reference, (found: string, bare?: string, braced?: string, range?: string) => {
      const value = this.#value(bare ?? braced ?? '', file, range ?? '');
      // What is left over waits for the next round, which the caller counts.
      if (value === undefined || value.length > budget) return found;
      seen.replaced = true;
      budget -= value.length;
      return value;
    });
    return seen.replaced ? result.split('\n') : undefined;
  }

  #value(name: string, file: string, range: string): string | undefined {
    const defined = this.#values.get(name);
    if (defined !== undefined) return defined.replace(/^\s+/, '');
    switch (name) {
      case '_PWD':
        return /^(.*)\/[^/]*$/s.exec(file)?.[1] ?? '.';
      case '_INSTANCE':
        return this.#surroundings.configId ?? '';
      case '_HASH':
        return '#';
      case '_BANG':
        return '!';
      case '_RANDOM':
        return String(this.#randomNumber(range));
      default:
        return undefined;
    }
  }

  #randomNumber(range: string): number {
    const [min = 0, max = 32_767] = range.trim().split(/\s+/).filter(Boolean).map(Number);
    return min + Math.floor((this.#surroundings.random?.() ?? 0) * Math.max(0, max - min + 1));
  }
}
