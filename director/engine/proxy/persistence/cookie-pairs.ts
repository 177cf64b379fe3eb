/** Where a cookie lies in the value of a field: places in the text. */
export interface CookiePair {
  nameFrom: number;
  nameTo: number;
  /** Of the equals sign, or where there is none: of what ends the name. */
  equals: number;
  valueFrom: number;
  valueTo: number;
  /** The delimiter behind it, or the text's end. */
  end: number;
}

const isBlank = (letter: string | undefined): boolean => letter === ' ' || letter === '\t';

/** Reads one, as lenient as browsers and servers are: blanks around everything, quotes around values. */
export function readPair(text: string, from: number, delimiters: string): CookiePair {
  let nameFrom = from;
  while (isBlank(text[nameFrom])) nameFrom++;
  let equals = nameFrom;
  let nameTo = nameFrom;
  while (equals < text.length && text[equals] !== '=' && !delimiters.includes(text[equals] as string)) {
    equals++;
    if (!isBlank(text[equals - 1])) nameTo = equals;
  }
  if (text[equals] !== '=') return { nameFrom, nameTo, equals, valueFrom: equals, valueTo: equals, end: equals };
  let valueFrom = equals + 1;
  while (isBlank(text[valueFrom])) valueFrom++;
  const end = valueEnd(text, valueFrom);
  let valueTo = end;
  while (valueTo > valueFrom && isBlank(text[valueTo - 1])) valueTo--;
  return { nameFrom, nameTo, equals, valueFrom, valueTo, end };
}

/** The first comma or semicolon that is not in quotes. */
function valueEnd(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const letter = text[at];
    if (quoted && letter === '\\') at++;
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && (letter === ',' || letter === ';')) return at;
  }
  return text.length;
}

/** The text without what lies from one delimiter to the next, with one blank left where there was one. */
export function withoutPart(text: string, from: number, next: number): string {
  if (from === 0) {
    let rest = next < text.length ? next + 1 : next;
    while (isBlank(text[rest])) rest++;
    return text.slice(rest);
  }
  let before = from;
  while (isBlank(text[before - 1])) before--;
  if (next >= text.length) return text.slice(0, before);
  let rest = next + 1;
  while (isBlank(text[rest])) rest++;
  return `${text.slice(0, before)}${text[next] as string}${next > before + 1 ? ' ' : ''}${text.slice(rest)}`;
}
