import { getAsset, isSea } from 'node:sea';

/**
 * The director comes as one script beside a Node binary (director.cjs) and as a single executable with both inside
 * (scripts/lib/build-executable.mjs). What differs between them is here.
 */

/** The script's path; in a single executable, the executable's own. */
export const entryFile: string = isSea() ? process.execPath : import.meta.filename;

/** Program and first parameters with which another process becomes this same program. */
export function ownCommand(): { readonly program: string; readonly parameters: readonly string[] } {
  return { program: process.execPath, parameters: isSea() ? [] : [entryFile] };
}

/** What a worker thread is to run: a file, or the script's text where there is no file. */
export function threadSource(): { readonly source: string; readonly isText: boolean } {
  if (!isSea()) return { source: entryFile, isText: false };
  // Text has neither `__filename` nor a `require` that knows where it is; both are given to it here.
  const file = JSON.stringify(process.execPath);
  const text = getAsset('director.cjs', 'utf8').replace(/^#!.*\n/, '\n');
  return {
    source: `(function (__filename, __dirname) {${text}\n})(${file}, require('node:path').dirname(${file}));`,
    isText: true,
  };
}
