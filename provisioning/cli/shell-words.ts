/**
 * The command line that the node's shell gets. A single word is passed as it is, so that it may hold a pipe or a variable;
 * several are quoted, so that each arrives as the word that it was here.
 */
export function commandLine(words: readonly string[]): string {
  const [only, ...others] = words;
  return only !== undefined && others.length === 0 ? only : words.map(quote).join(' ');
}

/** For a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
