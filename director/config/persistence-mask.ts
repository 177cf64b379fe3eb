/** A mask of persistence as the model writes it; undefined when the text is none for the family. */
export function persistenceMask(text: string, family: 4 | 6): string | undefined {
  if (family === 6)
    return /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 128 ? String(Number(text)) : undefined;
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return undefined;
  return parts.map(Number).join('.');
}

/** Every client by itself. */
export function hostMask(family: 4 | 6): string {
  return family === 6 ? '128' : '255.255.255.255';
}
