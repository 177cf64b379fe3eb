import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandLine } from './shell-words.ts';

test('a single word is read by the shell', () => {
  expect(commandLine(['ip route | sort'])).toBe('ip route | sort');
});

test('words that need no quotes get none', () => {
  expect(commandLine(['ip', '-4', 'addr', 'show', 'dev', 'eth0@x', 'a=b', '/etc/x,y'])).toBe(
    'ip -4 addr show dev eth0@x a=b /etc/x,y',
  );
});

test('a real shell reads back the words that went in', () => {
  const words = ['', ' ', "'", '"', '$HOME', '`id`', '\\', '*', '!', '~', 'a\nb', 'ñ', ';', '#x', '-n'];
  const output = execFileSync('sh', ['-c', commandLine(['printf', '%s\\0', ...words])]).toString();
  expect(output.split('\0').slice(0, -1)).toEqual(words);
});
