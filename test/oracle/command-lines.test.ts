import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateCommandLines, quoted } from './cases/command-lines.ts';
import type { CommandResult } from './guest/control.ts';
import type { Guest } from './guest/guest.ts';
import { reasonToSkip, startGuest } from './guest/start.ts';
import { OurCommandLine } from './ours/command-line.ts';

const seed = Number(process.env.ORACLE_SEED ?? 1);
const sequences = 40;
const clean = 'ipvsadm -C; ipvsadm --set 900 120 300; ipvsadm --stop-daemon master; ipvsadm --stop-daemon backup; true';

/** Without --sort the services come in the order of a hash into which the kernel mixes an address of its own memory. */
function isSame(words: readonly string[], our: CommandResult, their: CommandResult | undefined): boolean {
  const isHashed = words.includes('--nosort');
  if (!isHashed || their === undefined) return isDeepStrictEqual(our, their);
  return isDeepStrictEqual(withSortedServices(our), withSortedServices(their));
}

/** Servers stay behind their service, in their order. */
function withSortedServices(result: CommandResult): CommandResult {
  const blocks = result.stdout.split(/^(?! {2}->)/m);
  return { ...result, stdout: blocks.sort().join('') };
}

describe.skipIf(reasonToSkip() !== undefined)(`ipvsadm: sequences of commands (seed ${seed})`, () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await startGuest();
  });
  afterAll(() => guest.close());

  const numbers = Array.from({ length: sequences }, (_, index) => index);
  test.each(numbers)('sequence %i: the same output, errors and exit codes', async (number) => {
    const lines = generateCommandLines(number, seed);
    const commands = lines.map((words) => ['ipvsadm', ...words.map(quoted)].join(' '));
    const [, ...theirs] = await guest.runEach([clean, ...commands]);
    const ours = new OurCommandLine();
    const differences: object[] = [];
    for (const [index, words] of lines.entries()) {
      const our = await ours.run(words);
      const their = theirs[index];
      if (!isSame(words, our, their)) differences.push({ after: commands.slice(0, index + 1), their, our });
    }
    expect(differences).toEqual([]);
  });
});
