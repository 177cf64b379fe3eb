import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { WindowUser } from './window-user.ts';

/** What one window keeps on disk while it is open. */
export interface WindowFolder {
  readonly path: string;
  /** A file URL that leads to the page. */
  readonly page: string;
  readonly profile: string;
  /** A copy of the display's key that the window's user may read. */
  readonly authority?: string;
  remove(): void;
}

/**
 * Makes a folder that only the window's user can read. The token goes into a file in it and not into the browser's command
 * line, which every user of the machine can see.
 */
export function createWindowFolder(address: string, user: WindowUser | undefined): WindowFolder {
  const path = mkdtempSync(join(tmpdir(), 'relevo-window-'));
  const page = join(path, 'open.html');
  const profile = join(path, 'profile');
  mkdirSync(profile, { mode: 0o700 });
  writeFileSync(page, redirectPage(address), { mode: 0o600 });
  const authority = copyAuthority(path);
  if (user !== undefined) {
    for (const owned of [path, page, profile, ...(authority === undefined ? [] : [authority])]) {
      chownSync(owned, user.uid, user.gid);
    }
  }
  return {
    path,
    page: pathToFileURL(page).href,
    profile,
    ...(authority === undefined ? {} : { authority }),
    // A browser's last children may still write while it is removed.
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  };
}

function redirectPage(address: string): string {
  const escaped = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<!doctype html><meta charset="utf-8"><title>Relevo</title><meta http-equiv="refresh" content="0;url=${escaped}">\n`;
}

function copyAuthority(folder: string): string | undefined {
  const source = process.env['XAUTHORITY'] ?? join(homedir(), '.Xauthority');
  if (!existsSync(source)) return undefined;
  const copy = join(folder, 'authority');
  copyFileSync(source, copy);
  chmodSync(copy, 0o600);
  return copy;
}
