/** Words of a command line; a backslash takes the next character as it is. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const sign = line.charAt(at);
    if (sign === ' ' || sign === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      if (sign === '\\') at++;
      word = (word ?? '') + line.charAt(at);
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Several commands on a line, between semicolons; one behind a backslash is none. */
export function commandsOf(line: string): string[] {
  return line.split(/(?<!\\);/);
}

/** As C's atol reads it: 0 for what is no number. */
export function leadingNumber(text: string): number {
  return Number(/^\s*[+-]?\d+/.exec(text)?.[0] ?? 0);
}
