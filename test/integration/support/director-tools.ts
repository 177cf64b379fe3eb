import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(import.meta.dirname, '../../../.cache/debian-tools');

/** keepalived and nft with the libraries that a plain Debian 12 lacks; unpacked, not installed, so nothing starts by itself. */
const packages =
  `keepalived libsnmp40 libnftnl11 libpci3 libwrap0 libsensors5 libnl-3-200 libnl-genl-3-200 libnl-nf-3-200
  libmnl0 nftables libnftables1 libjansson4`.split(/\s+/);

/** The environment in which Debian's real keepalived and nft are found, fetched once; undefined when that cannot be done. */
export async function debianTools(): Promise<NodeJS.ProcessEnv | undefined> {
  if (!existsSync(join(cache, 'usr/sbin/keepalived'))) {
    try {
      await fetchPackages();
    } catch {
      return undefined;
    }
  }
  const libraries = ['usr/lib', 'lib'].map((folder) => join(cache, folder, 'x86_64-linux-gnu'));
  return {
    ...process.env,
    PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:${join(cache, 'usr/sbin')}`,
    LD_LIBRARY_PATH: libraries.join(':'),
  };
}

async function fetchPackages(): Promise<void> {
  const draft = `${cache}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    await run('apt-get', ['download', '-qq', ...packages], { cwd: draft }).catch(async () => {
      await run('apt-get', ['update', '-qq']);
      await run('apt-get', ['download', '-qq', ...packages], { cwd: draft });
    });
    for (const file of await readdir(draft))
      if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', file, '.'], { cwd: draft });
    await rename(draft, cache);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
