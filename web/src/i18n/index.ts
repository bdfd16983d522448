// Two languages. Only the catalogue in use is loaded, and first what the first view says of it
// (first_view.ts); the choice is remembered in this browser.
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

type Part = 'first' | 'rest';

const kParts: Record<Language, Record<Part, () => Promise<{ default: object }>>> = {
  zh: { first: () => import('./zh.json?first'), rest: () => import('./zh.json?rest') },
  en: { first: () => import('./en.json?first'), rest: () => import('./en.json?rest') },
};
const loaded = new Set<string>();

async function load(language: Language, part: Part): Promise<void> {
  if (loaded.has(`${language} ${part}`)) return;
  const texts = await kParts[language][part]();
  i18next.addResourceBundle(language, 'translation', texts.default, true);
  loaded.add(`${language} ${part}`);
}

async function loadAll(language: Language): Promise<void> {
  await Promise.all([load(language, 'first'), load(language, 'rest')]);
}

/** The texts that the first view did not need, in the language in use. */
export function loadRest(): Promise<void> {
  return load(i18next.language as Language, 'rest');
}

function announce(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

/** `whole`: the page that opens is not the first view, and needs the other texts too. */
export async function startLanguage(language: Language, whole: boolean): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: {},
    interpolation: { escapeValue: false },
    fallbackLng: false,
  });
  await (whole ? loadAll(language) : load(language, 'first'));
  await i18next.changeLanguage(language);
  announce(language);
}

export async function chooseLanguage(language: Language): Promise<void> {
  await loadAll(language);
  localStorage.setItem(kStored, language);
  await i18next.changeLanguage(language);
  announce(language);
}
