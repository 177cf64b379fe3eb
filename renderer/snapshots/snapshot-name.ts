import { snapshotNameSchema } from '../../provisioning/contract/index.ts';

/** Why a name cannot be used, or undefined when it can. VirtualBox and libvirt may not tell capitals from small letters. */
export function checkSnapshotName(name: string, taken: readonly string[]): 'invalid' | 'taken' | undefined {
  if (!snapshotNameSchema.safeParse(name).success) return 'invalid';
  return taken.some((other) => other.toLowerCase() === name.toLowerCase()) ? 'taken' : undefined;
}

/** `word` with the first number above all that were used with it: a number must not come back for another state. */
export function proposeSnapshotName(word: string, taken: readonly string[]): string {
  const used = taken.flatMap((name) => {
    const rest = name.startsWith(`${word}-`) ? name.slice(word.length + 1) : '';
    return /^\d{1,9}$/.test(rest) ? [Number(rest)] : [];
  });
  return `${word}-${Math.max(0, ...used) + 1}`;
}
