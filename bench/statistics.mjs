/** Middle value; the mean of the two in the middle for an even count. NaN for none. */
export function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median, least and most, rounded for people; `-` for no values. */
export function spread(values, digits = 0) {
  const known = values.filter((value) => Number.isFinite(value));
  if (known.length === 0) return ['-', '-', '-'];
  return [median(known), Math.min(...known), Math.max(...known)].map((value) => value.toFixed(digits));
}

/** Rows of texts as lines, columns right-aligned but for the first. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column] ?? '').length)));
  const align = (cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]));
  return rows
    .map((row) =>
      row
        .map((cell, column) => align(String(cell ?? ''), column))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
