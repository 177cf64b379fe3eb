/** A quality of RFC 9110 section 12.4.2, in thousandths; 1000 for what is none. */
function quality(text: string): number {
  const [, value] = /^q=([01](?:\.\d{0,3})?)/i.exec(text) ?? [];
  return value === undefined ? 1000 : Math.round(Number(value) * 1000);
}

/** Which of the known languages an `Accept-Language` likes best; the first of equals. undefined: none of them. */
export function languageOf(accepted: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestQuality = 0;
  for (const element of accepted.split(',')) {
    const [name = '', ...parameters] = element.split(';').map((part) => part.trim());
    const q = parameters.length === 0 ? 1000 : quality(parameters[0] ?? '');
    const match = known.find((one) => one.toLowerCase() === name.toLowerCase());
    if (match === undefined || q <= bestQuality) continue;
    best = match;
    bestQuality = q;
  }
  return best;
}
