// The texts that the first view says come with it. What it says is told by its sources: every
// literal there that is the key of a text, the beginning of keys, or the name of a group of words.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { partOf } from '../../scripts/catalogue_parts';
import en from './en.json';
import { inFirstView, kFirstView } from './first_view';
import zh from './zh.json';

const src = dirname(dirname(fileURLToPath(import.meta.url)));
const kStarts = [
  'main.tsx',
  'app/Shell.tsx',
  'features/overview/OverviewPage.tsx',
  'features/access/SignInPage.tsx',
  'features/access/ClaimPage.tsx',
];
// Names every group of words, for the pages that say them.
const kNamesAll = 'shared/use_words.ts';

type Texts = { [key: string]: string | Texts };

function keysOf(texts: Texts, prefix = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  );
}

function fileOf(importer: string, from: string): string | undefined {
  const path = from.startsWith('@/') ? join(src, from.slice(2)) : resolve(dirname(importer), from);
  return [`${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((name) => existsSync(name));
}

/** The sources that are loaded with these: what they import, but types and what comes later. */
function sourcesOf(starts: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    const text = readFileSync(file, 'utf8');
    found.set(file, text);
    for (const [, type, from] of text.matchAll(
      /^(?:import|export) (type )?(?:[^;']*? from )?'([^']+)'/gms,
    )) {
      const next = type || !from || !/^[.@]\.?\//.test(from) ? undefined : fileOf(file, from);
      if (next) visit(next);
    }
  };
  starts.forEach((start) => visit(join(src, start)));
  return found;
}

const groups = Object.keys(zh);
const keys = new Set([...keysOf(zh), ...keysOf(en)].map((key) => key.replace(/_(one|other)$/, '')));

/** Keys, and beginnings of keys, that a source says. */
function saidIn(text: string): string[] {
  const said: string[] = [];
  for (const [, plain, template, hole] of text.matchAll(/'([\w.]+)'|`([\w.]+)(\$\{)?/g)) {
    const word = plain ?? template ?? '';
    if (keys.has(word)) said.push(word);
    else if (hole && groups.includes(word.split('.')[0] ?? '')) said.push(`${word}x`);
    else if (word in zh.words) said.push(`words.${word}`);
  }
  return said;
}

describe('the first view', () => {
  const sources = sourcesOf(kStarts);

  test('reads the sources that it is made of', () => {
    const names = [...sources.keys()].map((file) => relative(src, file));
    for (const name of ['shared/ProblemView.tsx', 'app/HeaderTools.tsx'])
      expect(names).toContain(name);
    expect(saidIn("t('nav.overview') + t(`nav_group.${group}`) + word('stage', one)")).toEqual([
      'nav.overview',
      'nav_group.x',
      'words.stage',
    ]);
  });

  test('comes with every text that it says', () => {
    const missing = [...sources]
      .filter(([file]) => relative(src, file) !== kNamesAll)
      .flatMap(([file, text]) =>
        saidIn(text)
          .filter((key) => !inFirstView(key))
          .map((key) => `${relative(src, file)}: ${key}`),
      );
    expect(missing).toEqual([]);
  });

  test('names only what the catalogue has', () => {
    const unknown = kFirstView.filter(
      (name) => ![...keys].some((key) => key === name || key.startsWith(`${name}.`)),
    );
    expect(unknown).toEqual([]);
  });

  test('and the rest are the whole catalogue, and nothing twice', () => {
    for (const catalogue of [zh, en]) {
      const first = keysOf(partOf(catalogue, true));
      const rest = keysOf(partOf(catalogue, false));
      expect([...first, ...rest].sort()).toEqual(keysOf(catalogue).sort());
      expect(first.filter((key) => rest.includes(key))).toEqual([]);
    }
  });
});
