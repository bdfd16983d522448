// A catalogue is one file, and is loaded in two parts: `zh.json?first` is what the first view says,
// `zh.json?rest` the others.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import { inFirstView } from '../src/i18n/first_view';

type Texts = { [key: string]: string | Texts };

/** The texts of a catalogue that are, or are not, of the first view. */
export function partOf(texts: Texts, first: boolean, prefix = ''): Texts {
  const part: Texts = {};
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') {
      if (inFirstView(prefix + key) === first) part[key] = value;
    } else {
      const inner = partOf(value, first, `${prefix}${key}.`);
      if (Object.keys(inner).length > 0) part[key] = inner;
    }
  }
  return part;
}

export function catalogueParts(): Plugin {
  return {
    name: 'catalogue-parts',
    enforce: 'pre',
    load(id) {
      const [, file, part] = /^(.*\/i18n\/\w+\.json)\?(first|rest)$/.exec(id) ?? [];
      if (!file) return null;
      this.addWatchFile(file);
      const texts = JSON.parse(readFileSync(file, 'utf8')) as Texts;
      return JSON.stringify(partOf(texts, part === 'first'));
    },
  };
}
