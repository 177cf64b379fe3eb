/**
 * The command lines in what -R reads: words between blanks, one line each, a leading `ipvsadm` left out, empty lines too.
 * There are no comments: ipvsadm-restore takes those away before. As in ipvsadm 1.31, a last line that ends in two blanks
 * and no newline is lost.
 */
export function restoreLines(text: string): string[][] {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  if (last !== '' && !/[ \t\r]{2}$/.test(last) && !/^[ \t\r]*$/.test(last)) lines.push(last);
  return lines
    .map((line) => line.split(/[ \t\r]+/).filter((word) => word !== '' && word !== 'ipvsadm'))
    .filter((words) => words.length > 0);
}
