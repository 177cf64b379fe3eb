import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readinessScript } from './node-setup.ts';

const runScript = (script: string): string => execFileSync('sh', ['-s'], { input: script, encoding: 'utf8' });

test('a check that holds at once says nothing', () => {
  expect(runScript(readinessScript([{ title: 'true is true', command: 'true' }]))).toBe('');
});

test('a check that does not hold yet is named, once, and waited for', () => {
  const command = 'count=$((${count:-0} + 1)); [ $count -gt 3 ]';
  expect(runScript(readinessScript([{ title: "nas's files", command }]))).toBe("@@relevo waiting nas's files\n");
});

test('quotes in a command reach the shell as they are', () => {
  expect(runScript(readinessScript([{ title: 'quotes', command: `[ 'a b' = "a b" ]` }]))).toBe('');
});
