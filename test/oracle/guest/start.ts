import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { cacheDirectory } from '../../../provisioning/discovery/paths.ts';
import { Guest } from './guest.ts';
import { bootFiles } from './initramfs.ts';
import { servicesText, unpackedPackages } from './packages.ts';

const cache = (): string => join(cacheDirectory(), 'oracle');

/** Why this machine cannot run the guest, as a sentence; undefined when it can. */
export function reasonToSkip(): string | undefined {
  if (process.arch !== 'x64') return `the guest is for x86-64 and this machine is ${process.arch}`;
  for (const program of ['qemu-system-x86_64', 'apt-get', 'dpkg-deb']) {
    if (!works(program)) return `${program} is missing (Debian packages qemu-system-x86, apt, dpkg)`;
  }
  return undefined;
}

function works(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export const prepare = (): { kernel: string; initramfs: string } => bootFiles(cache(), unpackedPackages(cache()));

/** The guest's /etc/services. */
export const guestServices = (): string => servicesText(() => unpackedPackages(cache()));

export const startGuest = (): Promise<Guest> => Guest.boot(prepare());
