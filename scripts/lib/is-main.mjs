import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Whether Node was started with this module. A checkout may be reached by a symbolic link, and on Windows by any case of letters. */
export function isMain(moduleUrl, started = process.argv[1]) {
  if (started === undefined) return false;
  return realpathSync.native(started) === realpathSync.native(fileURLToPath(moduleUrl));
}
