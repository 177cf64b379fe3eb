import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from '../locales/en.json';
import es from '../locales/es.json';
import gl from '../locales/gl.json';
import type { Language } from './language.ts';
import { chooseLanguage } from './language.ts';

const storageKey = 'relevo.language';

/** Every key of the texts is checked by the compiler against the Spanish ones. */
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof es };
  }
}

export async function setUpTexts(): Promise<void> {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language;
  });
  await i18next.use(initReactI18next).init({
    resources: { es: { translation: es }, gl: { translation: gl }, en: { translation: en } },
    lng: chooseLanguage(localStorage.getItem(storageKey), navigator.languages),
    fallbackLng: 'es',
    // React escapes what it shows; escaping twice would show entities.
    interpolation: { escapeValue: false },
  });
}

export function changeLanguage(language: Language): void {
  localStorage.setItem(storageKey, language);
  // All texts are in memory, so there is nothing that could fail or be waited for.
  i18next.changeLanguage(language).catch(() => undefined);
}
