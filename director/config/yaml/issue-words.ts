import type { z } from 'zod';
import { nearestWord } from '../nearest-word.ts';
import type { Problem } from '../problem.ts';
import { shown } from '../reader.ts';

type Issue = z.core.$ZodIssue;
export type IssueWords = Pick<Problem, 'message' | 'expected' | 'nearest'>;

/** What a schema found wrong, as the other formats say it. `seen`: the value, undefined when there is none. */
export function issueWords(issue: Issue, name: string, seen: unknown): IssueWords {
  const expected = expectation(issue);
  if (seen === undefined) return { message: `"${name}" is missing`, expected };
  const plain = typeof seen === 'string' || typeof seen === 'number' || typeof seen === 'boolean';
  const message = plain ? `"${shown(String(seen))}" is not a value of "${name}"` : `the value of "${name}" is wrong`;
  const nearest = typeof seen === 'string' ? nearestWord(seen, choices(issue)) : undefined;
  return nearest === undefined ? { message, expected } : { message, expected, nearest };
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
};

function expectation(issue: Issue): string {
  const words = choices(issue);
  if (words.length > 0) return words.join(', ');
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'too_small':
      return `${sizeOf(issue.origin)}${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `${sizeOf(issue.origin)}at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function sizeOf(origin: string): string {
  if (origin === 'array') return 'entries: ';
  return origin === 'string' ? 'characters: ' : '';
}

/** The words that would have been right; none when it is not a matter of choice. */
function choices(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code !== 'invalid_union') return [];
  // Of a union told apart by a key, zod names its values nowhere but in the sentence.
  const quoted = [...issue.message.matchAll(/'([^']+)'/g)].map(([, word = '']) => word);
  return quoted.length > 0 ? quoted : issue.errors.flatMap((inner) => inner.flatMap(choices));
}
