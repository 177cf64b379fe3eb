import { existsSync, readFileSync } from 'node:fs';
import { findProgram } from '../../process/programs.ts';
import type { Availability } from '../provider.ts';

const TOOLS = ['unshare', 'nsenter', 'setpriv', 'mount', 'ip', 'apt-get', 'bash'];

/** Where they are even when a user's path has only programs for users. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];

/** An overlay on an overlay on an overlay is one too many for the kernel (FILESYSTEM_MAX_STACK_DEPTH, include/linux/fs.h). */
function rootIsOverlay(): boolean {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.some((line) => line.split(' ')[4] === '/' && line.includes(' - overlay '));
}

/** Whether namespace labs can run here, and if not, what would make them. */
export function namespacesAvailability(): Availability {
  if (process.platform !== 'linux') {
    return {
      available: false,
      reason: `Namespaces are a feature of Linux; this is ${process.platform}.`,
      hint: 'Run the lab as virtual machines (--provider virtualbox), or use a Linux machine.',
    };
  }
  if (process.getuid?.() !== 0) {
    return {
      available: false,
      reason: 'Network namespaces and overlay mounts need root.',
      hint: 'Start the engine as root: sudo relevo serve.',
    };
  }
  const missing = TOOLS.filter((tool) => findProgram([tool], process.env, SYSTEM_FOLDERS) === undefined);
  if (missing.length > 0) {
    return {
      available: false,
      reason: `Missing on this machine: ${missing.join(', ')}.`,
      hint: 'On Debian or Ubuntu: apt-get install util-linux mount iproute2 bash.',
    };
  }
  if (!existsSync('/proc/self/ns/net') || rootIsOverlay()) {
    return {
      available: false,
      reason: 'This system is itself a container on an overlay, where nodes cannot be stacked.',
      hint: 'Run Relevo on the machine itself, or in a virtual machine.',
    };
  }
  return { available: true, reason: 'Linux namespaces, as root: a lab starts in seconds.' };
}
