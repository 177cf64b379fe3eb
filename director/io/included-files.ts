import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { IncludedFile } from '../config/keepalived/preprocess.ts';

/** More files than any configuration has; a pattern such as a tree of stars must not read a whole disk. */
const mostFiles = 1000;

/** The files that keepalived's `include PATTERN` stands for, as glob(7) has it, in the order of their names. */
export function includedFiles(pattern: string, from: string): IncludedFile[] {
  const absolute = path.resolve(path.dirname(from), pattern);
  const found = alternatives(absolute).flatMap((one) => matches(one));
  return [...new Set(found)].slice(0, mostFiles).map((file) => {
    try {
      return { file, text: readFileSync(file, 'utf8') };
    } catch {
      return { file };
    }
  });
}

/** `{a,b}` becomes one pattern each. */
function alternatives(pattern: string): string[] {
  const done: string[] = [];
  const waiting = [pattern];
  for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
    const match = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(one);
    if (!match || done.length + waiting.length > mostFiles) done.push(one);
    else waiting.unshift(...(match[2] ?? '').split(',').map((choice) => `${match[1] ?? ''}${choice}${match[3] ?? ''}`));
  }
  return done;
}

function matches(pattern: string): string[] {
  let folders = ['/'];
  const parts = pattern.split('/').filter((part) => part !== '');
  const last = parts.pop() ?? '';
  for (const part of parts) folders = folders.flatMap((folder) => inFolder(folder, part, true)).slice(0, mostFiles);
  return folders.flatMap((folder) => inFolder(folder, last, false));
}

function inFolder(folder: string, part: string, wantsFolder: boolean): string[] {
  const literal = !/[*?[]/.test(part);
  if (literal && wantsFolder) return [path.join(folder, part)];
  const expression = literal ? undefined : globExpression(part);
  try {
    return (
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => (expression ? expression.test(entry.name) : entry.name === part))
        // A star does not stand for the dot that hides a file.
        .filter((entry) => !entry.name.startsWith('.') || part.startsWith('.'))
        .filter((entry) => entry.isSymbolicLink() || entry.isDirectory() === wantsFolder)
        .map((entry) => path.join(folder, entry.name))
        .sort()
    );
  } catch {
    return [];
  }
}

function globExpression(part: string): RegExp {
  const source = part.replaceAll(/\[!?[^\]]+\]|[\s\S]/g, (piece) => {
    if (piece === '*') return '[^/]*';
    if (piece === '?') return '[^/]';
    if (piece.length > 1) return piece.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return piece.replace(/[.+^${}()|[\]\\]/, String.raw`\$&`);
  });
  return new RegExp(`^${source}$`);
}
