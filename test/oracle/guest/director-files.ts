import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildDirector } from '../../../scripts/build-director.mjs';
import { archive, type Entry } from './cpio.ts';

const folder = 'opt/relevo';

/**
 * Writes an initramfs of the guest's own files and, behind them, this machine's Node, our director and the asker. The kernel
 * unpacks one archive after the other; this one is not compressed, because unpacking a hundred megabytes would take longer.
 */
export async function bootFilesWithDirector(base: string, work: string): Promise<string> {
  const { script, native } = await buildDirector({ outdir: work });
  const asker = join(work, 'asker.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'asker.ts')],
    ...{ outfile: asker, bundle: true, platform: 'node', format: 'cjs', logLevel: 'warning' },
    // Only the director itself calls the library.
    external: ['koffi'],
  });
  const entries: Entry[] = ['opt', folder, 'lib', 'lib/x86_64-linux-gnu', 'lib64'].map((path) => ({ path }));
  const add = (path: string, source: string): void => {
    entries.push({ path, content: readFileSync(source), mode: 0o755 });
  };
  add(`${folder}/node`, process.execPath);
  for (const [name, source] of Object.entries({ 'director.cjs': script, 'koffi.node': native, 'asker.cjs': asker }))
    add(`${folder}/${name}`, source);
  for (const line of execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).split('\n')) {
    const [, name, path] = /^\s*(?:(\S+) => )?(\/\S+) \(0x/.exec(line) ?? [];
    if (path !== undefined) add(name === undefined ? path.slice(1) : `lib/x86_64-linux-gnu/${name}`, path);
  }
  const first = readFileSync(base);
  const initramfs = join(work, 'initramfs');
  writeFileSync(initramfs, Buffer.concat([first, Buffer.alloc((4 - (first.length % 4)) % 4), archive(entries)]));
  return initramfs;
}
