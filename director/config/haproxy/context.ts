import type { Reader } from '../reader.ts';
import type { Word } from '../statements.ts';
import type { Draft } from './drafts.ts';
import { hasBack } from './drafts.ts';
import type { GlobalDraft } from './global-draft.ts';
import { LineError } from './line.ts';
import type { ConfigurationFiles, Reference, Scope } from './scope.ts';

/** What the readers of all sections share while a file is read. */
export interface Context {
  readonly reader: Reader;
  readonly files: ConfigurationFiles | undefined;
  /** Changes with `setenv` and its kin. */
  readonly environment: Map<string, string>;
  readonly globals: GlobalDraft;
  readonly references: Reference[];
}

export function scopeOf(context: Context, draft: Draft): Scope {
  const { reader, files, references } = context;
  return { reader, files, references, proxy: draft.name, mode: draft.mode, acls: draft.acls };
}

/** Warnings at a word. */
export const warner =
  (context: Context) =>
  (at: Word, message: string): void =>
    context.reader.warn(at, message);

/** Rules and formats of proxies with servers may ask about those. */
export const backendOf = (draft: Draft): boolean => hasBack(draft);

/** A relative path begins in a base folder; `@` begins none. */
export function basedOn(base: string | undefined, path: string): string {
  return base === undefined || path.startsWith('/') || path.startsWith('@') ? path : `${base}/${path}`;
}

/** Throws LineError when files are looked at and this one is not there. */
export function checkFile(context: Context, at: Word, path: string, allowsFolder = false): string {
  const kind = context.files?.kind(path);
  if (context.files && (kind === undefined || (kind === 'folder' && !allowsFolder)))
    throw new LineError(at, `the file "${path}" cannot be read`);
  return path;
}
