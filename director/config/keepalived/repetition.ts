const limit = 65_536;

/**
 * `~SEQ(NAME, first, step, last) REST` and `~LST(NAME, value…) REST` at the start of a line: the rest once for every value,
 * `$NAME` and `${NAME}` replaced. Undefined for other lines.
 */
export function readRepetition(line: string): string[] | { wrong: string } | undefined {
  const match = /^\s*~(SEQx?|LST)\(([^)]*)\)\s*(.*)$/s.exec(line);
  if (!match) return /^\s*~(SEQ|LST)/.test(line) ? { wrong: 'a repetition without its parentheses' } : undefined;
  const [, kind, inner = '', rest = ''] = match;
  const rows = kind === 'LST' ? listRows(inner) : sequenceRows(inner, kind === 'SEQx');
  if (!Array.isArray(rows)) return rows;
  if (rows.length * rest.length > 10_000_000) return { wrong: 'the repetition makes too much text' };
  return rows.map((row) => replaceAll(rest, row));
}

type Row = ReadonlyMap<string, string>;

function replaceAll(text: string, row: Row): string {
  return text.replaceAll(
    /\$(?:([A-Za-z_]\w*)(?=\s|$)|\{([A-Za-z_]\w*)\})/g,
    (found, bare?: string, braced?: string) => {
      return row.get(bare ?? braced ?? '') ?? found;
    },
  );
}

function sequenceRows(inner: string, hexadecimal: boolean): Row[] | { wrong: string } {
  const [name = '', ...bounds] = inner.split(',').map((part) => part.trim());
  const numbers = bounds.map((bound) => (/^[+-]?(0x[\da-f]+|\d+)$/i.test(bound) ? toNumber(bound) : Number.NaN));
  if (!/^[A-Za-z_]\w*$/.test(name) || numbers.length === 0 || numbers.length > 3 || numbers.some(Number.isNaN))
    return { wrong: '~SEQ is not understood' };
  const { first, step, last } = boundsOf(numbers);
  if (step === 0 || Math.sign(last - first) * step < 0) return { wrong: '~SEQ never reaches its end' };
  const count = Math.floor((last - first) / step) + 1;
  if (count > limit) return { wrong: `~SEQ with more than ${limit} values` };
  return Array.from({ length: count }, (_, index) => {
    const value = first + index * step;
    return new Map([[name, hexadecimal ? value.toString(16) : String(value)]]);
  });
}

/** The step may be left out, and with it the first value. */
function boundsOf(numbers: readonly number[]): { first: number; step: number; last: number } {
  const last = numbers.at(-1) ?? 0;
  const first = numbers.length > 1 ? (numbers[0] ?? 0) : Math.sign(last) || 1;
  const step = numbers.length === 3 ? (numbers[1] ?? 0) : last < first ? -1 : 1;
  return { first, step, last };
}

function toNumber(text: string): number {
  return text.startsWith('-') ? -Number(text.slice(1)) : Number(text.replace(/^\+/, ''));
}

function listRows(inner: string): Row[] | { wrong: string } {
  const [names = [], ...values] = listItems(inner);
  if (names.some((name) => !/^[A-Za-z_]\w*$/.test(name)) || names.length === 0 || values.length === 0)
    return { wrong: '~LST is not understood' };
  return values.map((items) => new Map(names.map((name, index) => [name, items[index] ?? ''])));
}

/** `{a, b}, c` as `[['a', 'b'], ['c']]`. */
function listItems(inner: string): string[][] {
  return Array.from(inner.matchAll(/\{([^{}]*)\}|[^,{}]+/g), ([found, braced]) =>
    braced === undefined ? [found.trim()] : braced.split(',').map((part) => part.trim()),
  ).filter((items) => items.length > 1 || items[0] !== '');
}
