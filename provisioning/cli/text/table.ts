/** Columns side by side, each as wide as its widest cell, two spaces between. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const widths = columnWidths(rows);
  return rows
    .map(
      (row) =>
        `${indent}${row
          .map((cell, column) => pad(cell, widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell));
  }
  return widths;
}

const pad = (cell: string, size: number): string => cell + ' '.repeat(Math.max(0, size - width(cell)));

/** What we print has neither wide characters nor any outside the basic plane. */
const width = (cell: string): number => cell.length;
