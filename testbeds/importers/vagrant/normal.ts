import type { Pair, Statement, Value } from './syntax.ts';

/** Block parameters under the names that they have here, so that it does not matter what a file calls them. */
export type Scope = ReadonlyMap<string, string>;

export function inScope(scope: Scope, parameters: readonly string[], roles: readonly string[]): Scope {
  const named = parameters.map((name, index): [string, string] => [name, roles[index] ?? `?${name}`]);
  return new Map([...scope, ...named]);
}

/** `config.vm.box` as `@config.vm.box`, if "config" is the block's parameter. */
export function canonical(path: string, scope: Scope): string {
  const [head = '', ...rest] = path.split('.');
  return [scope.get(head) ?? head, ...rest].join('.');
}

export function normalStatement(statement: Statement, scope: Scope): string {
  switch (statement.kind) {
    case 'assignment':
      return `${canonical(statement.target, scope)} = ${normalValue(statement.value)}`;
    case 'call': {
      const { method, positional, keywords, block } = statement;
      const body =
        block === undefined ? '' : ` do ${block.body.map((inner) => normalStatement(inner, scope)).join('; ')}`;
      return normalCall(canonical(method, scope), positional, keywords) + body;
    }
    case 'opaque':
      return statement.text;
  }
}

/** Keywords may come in any order. */
export function normalCall(method: string, positional: readonly Value[], keywords: readonly Pair[]): string {
  const words = [...positional.map(normalValue), ...normalPairs(keywords)];
  return `${method} ${words.join(', ')}`.trimEnd();
}

export function normalValue(value: Value): string {
  switch (value.kind) {
    case 'string':
      return JSON.stringify(value.text);
    case 'symbol':
      return `:${value.text}`;
    case 'number':
      return String(value.number);
    case 'constant':
      return value.text;
    case 'list':
      return `[${value.items.map(normalValue).join(', ')}]`;
    case 'hash':
      return `{ ${normalPairs(value.pairs).join(', ')} }`;
  }
}

function normalPairs(pairs: readonly Pair[]): string[] {
  return pairs.map(({ key, value }) => `${key}: ${normalValue(value)}`).sort();
}
