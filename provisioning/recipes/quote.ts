/** Quotes a text for a POSIX shell, so that it is one word and nothing in it is special. */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('A shell word cannot hold a NUL character.');
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * A here-document that hands `content` to a command literally, from the `<<` on. Its end mark is chosen so that no line of the
 * content is the mark. A here-document ends with a newline, so the content gets one if it has none.
 */
export function hereDocument(content: string): string {
  if (content.includes('\0')) throw new RangeError('A here-document cannot hold a NUL character.');
  const lines = new Set(content.split('\n'));
  let mark = 'END';
  for (let number = 1; lines.has(mark); number += 1) mark = `END-${number}`;
  const body = content === '' || content.endsWith('\n') ? content : `${content}\n`;
  return `<<'${mark}'\n${body}${mark}`;
}
