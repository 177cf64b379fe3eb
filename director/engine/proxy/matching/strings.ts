import type { StringMethod } from '../expressions.ts';

/** What parts the names of a path and those of a host (`dir`, `dom`). */
const DELIMITERS = { dir: '/?', dom: '/?.:' } as const;

function asciiLower(text: string): string {
  if (!/[A-Z]/.test(text)) return text;
  // The language's own also changes letters beyond ASCII.
  return /[^\0-\x7f]/.test(text) ? text.replaceAll(/[A-Z]/g, (sign) => sign.toLowerCase()) : text.toLowerCase();
}

/** Whether a pattern stands in a text between delimiters, or at its ends. */
function hasWord(text: string, pattern: string, delimiters: string): boolean {
  for (let at = text.indexOf(pattern); at !== -1; at = text.indexOf(pattern, at + 1)) {
    const end = at + pattern.length;
    const begins = at === 0 || delimiters.includes(text.charAt(at - 1));
    if (begins && (end === text.length || delimiters.includes(text.charAt(end)))) return true;
  }
  return false;
}

function withoutDelimiters(pattern: string, delimiters: string): string {
  let from = 0;
  let to = pattern.length;
  while (from < to && delimiters.includes(pattern.charAt(from))) from++;
  while (to > from && delimiters.includes(pattern.charAt(to - 1))) to--;
  return pattern.slice(from, to);
}

function test(method: StringMethod, patterns: readonly string[]): (text: string) => boolean {
  switch (method) {
    case 'str': {
      const [only] = patterns;
      if (patterns.length === 1) return (text) => text === only;
      const all = new Set(patterns);
      return (text) => all.has(text);
    }
    case 'beg':
      return (text) => patterns.some((pattern) => text.startsWith(pattern));
    case 'end':
      return (text) => patterns.some((pattern) => text.endsWith(pattern));
    case 'sub':
      return (text) => patterns.some((pattern) => text.includes(pattern));
    case 'dir':
    case 'dom': {
      const delimiters = DELIMITERS[method];
      const words = patterns.map((pattern) => withoutDelimiters(pattern, delimiters)).filter((word) => word !== '');
      return (text) => words.some((word) => hasWord(text, word, delimiters));
    }
  }
}

/** Patterns and texts are octets as Latin-1; only letters of ASCII have a case. */
export function stringTest(
  method: StringMethod,
  patterns: readonly string[],
  ignoreCase: boolean,
): (text: string) => boolean {
  if (!ignoreCase) return test(method, patterns);
  const isIt = test(method, patterns.map(asciiLower));
  return (text) => isIt(asciiLower(text));
}
