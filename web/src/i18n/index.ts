// Two languages. Only the catalogue in use is loaded; the choice is remembered in this browser.
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type en from './en.json';

export type Language = 'zh' | 'en';
type Catalogue = typeof en;

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: Catalogue };
    returnNull: false;
  }
}

const kStored = 'perennial.language';

export function storedLanguage(): Language | null {
  const word = localStorage.getItem(kStored);
  return word === 'zh' || word === 'en' ? word : null;
}

async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, 'translation')) return;
  const catalogue = language === 'zh' ? await import('./zh.json') : await import('./en.json');
  i18next.addResourceBundle(language, 'translation', catalogue.default);
}

function announce(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

export async function startLanguage(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: {},
    interpolation: { escapeValue: false },
    fallbackLng: false,
  });
  await load(language);
  await i18next.changeLanguage(language);
  announce(language);
}

export async function chooseLanguage(language: Language): Promise<void> {
  await load(language);
  localStorage.setItem(kStored, language);
  await i18next.changeLanguage(language);
  announce(language);
}
