import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What the guest is made of and this machine need not have installed: unpacked into a folder, never installed. */
const wanted = ['ipvsadm', 'libnl-3-200', 'libnl-genl-3-200', 'busybox-static', 'netbase'] as const;
const services = 'etc/services';

/** The guest's names of ports: those of this machine, or the package's on a Debian that is too small to have any. */
export function servicesText(packages: () => string): string {
  const own = join('/', services);
  return readFileSync(existsSync(own) ? own : join(packages(), services), 'utf8');
}

/** A folder with the kernel and the programs, unpacked. It is downloaded once for each version of the kernel. */
export function unpackedPackages(cache: string): string {
  const have = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith('packages-')) : [];
  const kept = have.find((name) => existsSync(join(cache, name, services)));
  if (kept !== undefined) return join(cache, kept);
  const kernel = kernelPackage();
  const folder = join(cache, `packages-${kernel}`);
  const scratch = `${folder}.${process.pid}`;
  mkdirSync(join(scratch, 'deb'), { recursive: true });
  try {
    download(join(scratch, 'deb'), [kernel, ...wanted]);
    for (const name of readdirSync(join(scratch, 'deb'))) {
      execFileSync('dpkg-deb', ['-x', join(scratch, 'deb', name), join(scratch, 'root')], { stdio: 'pipe' });
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(scratch, 'root'), folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}

/** Once more with new lists when the old ones name versions that are gone. */
function download(folder: string, names: readonly string[]): void {
  const fetch = (): void => {
    execFileSync('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', ...names], {
      cwd: folder,
      stdio: 'pipe',
    });
  };
  try {
    fetch();
  } catch {
    execFileSync('apt-get', ['update', '-q'], { stdio: 'pipe' });
    fetch();
  }
}

/** The package that Debian's newest cloud kernel is in: small, and without drivers that a guest does not need. */
function kernelPackage(): string {
  const found = findKernel();
  if (found !== undefined) return found;
  execFileSync('apt-get', ['update', '-q'], { stdio: 'pipe' });
  const now = findKernel();
  if (now === undefined) throw new Error('apt knows no package linux-image-cloud-amd64: the oracle needs its kernel.');
  return now;
}

function findKernel(): string | undefined {
  try {
    const text = execFileSync('apt-cache', ['depends', 'linux-image-cloud-amd64'], { encoding: 'utf8', stdio: 'pipe' });
    return /linux-image-[0-9][^\s]*-cloud-amd64/.exec(text)?.[0];
  } catch {
    return undefined;
  }
}
