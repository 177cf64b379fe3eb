import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

export interface StaticFile {
  readonly size: number;
  readonly mediaType: string;
  /** Whether its name changes with its content, so that a browser may keep it for good. */
  readonly immutable: boolean;
  open(): Readable;
}

/** The file that a request's path names, or undefined: absent, a folder, malformed, or outside of `folder` by any route. */
export async function findStaticFile(folder: string, urlPath: string): Promise<StaticFile | undefined> {
  const name = decodePath(urlPath);
  if (name === undefined) return undefined;
  try {
    const base = await realpath(folder);
    // Symbolic links are resolved first: one that leads out is outside.
    const path = await realpath(join(base, name === '/' ? 'index.html' : name));
    const status = await stat(path);
    if (!path.startsWith(base + sep) || !status.isFile()) return undefined;
    return {
      size: status.size,
      mediaType: mediaTypes[extname(path)] ?? 'application/octet-stream',
      immutable: path.startsWith(join(base, 'assets') + sep),
      open: () => createReadStream(path),
    };
  } catch {
    return undefined;
  }
}

function decodePath(urlPath: string): string | undefined {
  try {
    const path = decodeURIComponent(urlPath);
    const suspicious = !path.startsWith('/') || path.includes('\0') || path.includes('\\');
    return suspicious || path.split('/').includes('..') ? undefined : path;
  } catch {
    return undefined;
  }
}
