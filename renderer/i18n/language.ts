import type { Localized } from '../../testbeds/localized.ts';

export type Language = keyof Localized;

/** In the order of the chooser, each in its own words. */
export const languageNames: Record<Language, string> = { es: 'Español', gl: 'Galego', en: 'English' };
export const languages: readonly Language[] = ['es', 'gl', 'en'];

export function isLanguage(text: string | null): text is Language {
  return text !== null && Object.hasOwn(languageNames, text);
}

/** The remembered language, or the first of the reader's own that there is, or Spanish, the documents' language. */
export function chooseLanguage(remembered: string | null, preferred: readonly string[]): Language {
  if (isLanguage(remembered)) return remembered;
  const primary = preferred.map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  return primary.find(isLanguage) ?? 'es';
}
