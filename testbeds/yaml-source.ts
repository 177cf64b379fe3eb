import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import type { Path } from './problem.ts';

/** Counted from 1, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const start: Position = { line: 1, column: 1 };

/** A YAML text that remembers where each of its values and keys stands. */
export class YamlSource {
  private readonly lines = new LineCounter();
  private readonly document: Document;

  constructor(text: string) {
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false });
  }

  /** What YAML itself has to complain about. */
  errors(): { readonly position: Position; readonly message: string }[] {
    return this.document.errors.map((error) => ({ position: this.at(error.pos[0]), message: error.message }));
  }

  /** The plain value; throws when aliases would blow it up beyond measure. */
  value(): unknown {
    return this.document.toJS({ maxAliasCount: 100 });
  }

  /** Where the value at the path stands; a path that does not exist is where its nearest ancestor is. */
  locate(path: Path): Position {
    let node: Node | null = this.document.contents;
    let position = this.of(node) ?? start;
    for (const key of path) {
      const pair = this.child(node, key);
      if (pair === undefined) return position;
      node = pair.value;
      position = this.of(node) ?? this.of(pair.key) ?? position;
    }
    return position;
  }

  /** Where the key itself stands, for keys that should not be there. */
  locateKey(path: Path, key: string): Position {
    let node: Node | null = this.document.contents;
    for (const step of path) node = this.child(node, step)?.value ?? null;
    return this.of(this.child(node, key)?.key ?? null) ?? this.locate(path);
  }

  private child(node: Node | null, key: string | number): { key: Node | null; value: Node | null } | undefined {
    const target: unknown = isAlias(node) ? node.resolve(this.document) : node;
    if (isMap<Node, Node | null>(target)) {
      const pair = target.items.find((item: Pair<Node, Node | null>) => isScalar(item.key) && item.key.value === key);
      return pair && { key: pair.key, value: pair.value };
    }
    if (isSeq<Node | null>(target) && typeof key === 'number' && key < target.items.length) {
      return { key: null, value: target.items[key] ?? null };
    }
    return undefined;
  }

  private of(node: Node | null): Position | undefined {
    return node?.range ? this.at(node.range[0]) : undefined;
  }

  private at(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return line === 0 ? start : { line, column: col };
  }
}
