import en from './locales/en.json';
import es from './locales/es.json';
import gl from './locales/gl.json';

const languages = { en, es, gl };
export type TextKey = keyof typeof en;
/** Looks a text up, and puts values where it says {name}. */
export type Texts = (key: TextKey, values?: Readonly<Record<string, string>>) => string;

/** The texts of the first language that the user prefers and we have; English else. @param preferred as "es-ES" or "gl" */
export function textsFor(preferred: readonly string[]): Texts {
  const codes = preferred.map((language) => language.slice(0, 2).toLowerCase());
  const chosen = codes.find((code): code is keyof typeof languages => Object.hasOwn(languages, code)) ?? 'en';
  const texts = languages[chosen];
  return (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (hole, name: string) => values[name] ?? hole);
}
