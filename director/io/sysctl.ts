import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const ipForward = 'net/ipv4/ip_forward';

/** `name` as a path under /proc/sys. */
export function readSysctl(name: string): string {
  return readFileSync(join('/proc/sys', name), 'utf8').trim();
}

export function writeSysctl(name: string, value: string): void {
  if (readSysctl(name) !== value) writeFileSync(join('/proc/sys', name), value);
}
