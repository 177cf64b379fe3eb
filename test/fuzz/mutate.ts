export type Random = () => number;

/** A whole number from 0 up to `below`. */
export const pick = (random: Random, below: number): number => Math.floor(random() * below);

export function oneOf<T>(random: Random, values: readonly T[]): T {
  return values[pick(random, values.length)] as T;
}

/** Numbers at which parsers go wrong. */
const edges = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 254, 255];

type ByteMutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const changes: readonly ByteMutation[] = [
  (bytes, random) => edited(bytes, random, (value) => value ^ (1 << pick(random, 8))),
  (bytes, random) => edited(bytes, random, () => pick(random, 256)),
  (bytes, random) => edited(bytes, random, () => oneOf(random, edges)),
  (bytes, random) => bytes.slice(0, pick(random, bytes.length + 1)),
  (bytes, random) =>
    joined(
      bytes,
      Uint8Array.from({ length: pick(random, 64) }, () => pick(random, 256)),
    ),
  (bytes, random) => {
    const from = pick(random, bytes.length);
    return joined(bytes.slice(0, from), bytes.slice(from, from + pick(random, 32)), bytes.slice(from));
  },
  (bytes, random) => {
    const from = pick(random, bytes.length);
    return joined(bytes.slice(0, from), bytes.slice(from + pick(random, 16)));
  },
];

function edited(bytes: Uint8Array, random: Random, edit: (value: number) => number): Uint8Array {
  if (bytes.length === 0) return bytes;
  const at = pick(random, bytes.length);
  bytes[at] = edit(bytes[at] ?? 0);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A copy with one to four faults. */
export function mutateBytes(random: Random, original: Uint8Array): Uint8Array {
  let bytes: Uint8Array = original.slice();
  for (let left = 1 + pick(random, 4); left > 0; left--) bytes = oneOf(random, changes)(bytes, random);
  return bytes;
}

const fragments = [
  '{',
  '}',
  '"',
  "'",
  '#',
  '!',
  '\\',
  '\n',
  '\t',
  '    ',
  '\r\n',
  '\0',
  '-1',
  '4294967296',
  '1e309',
  '0x',
  '::',
  '300.1.1.1',
  '10.0.0.1-10.0.0.255',
  '{'.repeat(200),
  '~SEQ(i,1,9) ',
  '$A=$A$A\n',
  '$A',
  'include /nowhere*\n',
  '@^a ',
  '\u{1f600}',
  'é',
];

type TextMutation = (lines: string[], random: Random) => string[];

const textChanges: readonly TextMutation[] = [
  (lines, random) => lines.toSpliced(pick(random, lines.length), 1),
  (lines, random) => lines.toSpliced(pick(random, lines.length), 0, oneOf(random, lines)),
  (lines, random) => lines.toSpliced(pick(random, lines.length), 0, oneOf(random, fragments)),
  (lines, random) => {
    const at = pick(random, lines.length);
    const line = lines[at] ?? '';
    const cut = pick(random, line.length + 1);
    return lines.with(at, line.slice(0, cut) + oneOf(random, fragments) + line.slice(cut + pick(random, 4)));
  },
  (lines, random) => {
    const at = pick(random, lines.length);
    return lines.with(at, (lines[at] ?? '').split(' ').toReversed().join(' '));
  },
  (lines, random) => {
    const at = pick(random, lines.length);
    return lines.with(
      at,
      (lines[at] ?? '').replace(/\d+/, () => oneOf(random, ['0', '99999999999', '-5', '1.5', 'x'])),
    );
  },
  (lines, random) => lines.slice(0, 1 + pick(random, lines.length)),
];

/** A copy with one to six faults. */
export function mutateText(random: Random, original: string): string {
  let lines = original.split('\n');
  for (let left = 1 + pick(random, 6); left > 0 && lines.length > 0; left--)
    lines = oneOf(random, textChanges)(lines, random);
  return lines.join('\n');
}
