import { describe, expect, test } from 'vitest';
import { createEscapeWatch } from './escape.ts';

/** What arrives at the node of pieces typed one after the other; LEFT where the user left. */
function type(...pieces: string[]): string {
  const watch = createEscapeWatch();
  let sent = '';
  for (const piece of pieces) {
    const { data, leave } = watch(Buffer.from(piece));
    sent += data.toString();
    if (leave) return `${sent}LEFT`;
  }
  return sent;
}

describe('~. at the beginning of a line leaves', () => {
  test.each([
    ['at once', ['~.'], 'LEFT'],
    ['in two pieces', ['~', '.'], 'LEFT'],
    ['after a line', ['ls\r~.'], 'ls\rLEFT'],
    ['after a line feed', ['ls\n', '~.x'], 'ls\nLEFT'],
  ])('%s', (_when, pieces, expected) => {
    expect(type(...pieces)).toBe(expected);
  });
});

describe('anywhere else it is what it is', () => {
  test.each([
    ['in the middle of a line', ['ls ~.\r'], 'ls ~.\r'],
    ['followed by something else', ['~/x\r'], '~/x\r'],
    ['doubled, which sends one', ['~~.\r'], '~.\r'],
    ['before Enter', ['~\r~x'], '~\r~x'],
    ['in UTF-8', ['ñ~.\r'], 'ñ~.\r'],
  ])('%s', (_when, pieces, expected) => {
    expect(type(...pieces)).toBe(expected);
  });
});
