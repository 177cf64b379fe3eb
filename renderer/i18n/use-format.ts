import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Localized } from '../../testbeds/localized.ts';
import type { Formatter } from './format.ts';
import { createFormatter } from './format.ts';
import type { Language } from './language.ts';
import { isLanguage } from './language.ts';

export function useLanguage(): Language {
  const { language } = useTranslation().i18n;
  return isLanguage(language) ? language : 'es';
}

export function useFormat(): Formatter {
  const language = useLanguage();
  return useMemo(() => createFormatter(language), [language]);
}

/** Picks the reader's language from a testbed's text. */
export function useLocalized(): (text: Localized) => string {
  const language = useLanguage();
  return (text) => text[language];
}
