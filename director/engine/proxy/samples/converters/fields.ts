interface Place {
  readonly from: number;
  readonly to: number;
}

/** What delimiters part, empty places too. */
function placesIn(text: string, delimiters: string): Place[] {
  const places: Place[] = [];
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && !delimiters.includes(text.charAt(at))) continue;
    places.push({ from, to: at });
    from = at + 1;
  }
  return places;
}

/** So many places (0: all that follow) from one on, counted from 1, or from the end backwards from -1. */
function cut(text: string, places: readonly Place[], index: number, count: number): string | undefined {
  const at = index > 0 ? index - 1 : places.length + index;
  const found = places[at];
  if (index === 0 || found === undefined) return undefined;
  if (index > 0) {
    const last = count === 0 ? undefined : places[at + count - 1];
    return text.slice(found.from, last?.to ?? text.length);
  }
  const first = count === 0 ? undefined : places[at - count + 1];
  return text.slice(first?.from ?? 0, found.to);
}

/** `field`: undefined where there are not so many. */
export function fieldOf(text: string, index: number, delimiters: string, count: number): string | undefined {
  return cut(text, placesIn(text, delimiters), index, count);
}

/** `word`: as fields, but several delimiters side by side are one. */
export function wordOf(text: string, index: number, delimiters: string, count: number): string | undefined {
  const words = placesIn(text, delimiters).filter(({ from, to }) => to > from);
  return cut(text, words, index, count) ?? '';
}
