import { readFileSync, statSync } from 'node:fs';
import type { ConfigurationFiles } from '../config/haproxy/scope.ts';

/** What a haproxy.cfg may name: files of patterns, answers, certificates. */
export const configurationFiles: ConfigurationFiles = {
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  kind(path) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return undefined;
    return found.isDirectory() ? 'folder' : 'file';
  },
};
