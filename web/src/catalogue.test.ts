// No text outside the catalogues, the same keys in both, and the order of the folders.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import en from './i18n/en.json';
import zh from './i18n/zh.json';

const src = dirname(fileURLToPath(import.meta.url));
const files = readdirSync(src, { recursive: true })
  .map((name) => join(src, String(name)))
  .filter((file) => /\.tsx?$/.test(file) && !/\.(test|d)\.ts$/.test(file));

function flat(tree: object, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + key, value);
    else
      for (const [inner, text] of flat(value as object, `${prefix}${key}.`)) found.set(inner, text);
  }
  return found;
}

const fields = (text: string): string[] =>
  [
    ...new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1] as string)),
  ].sort();

describe('catalogues', () => {
  const chinese = flat(zh);
  const english = flat(en);

  test('the same keys in both (Chinese has one plural form, English two)', () => {
    const singular = [...english.keys()].filter((key) => key.endsWith('_one'));
    expect(singular.filter((key) => !english.has(key.replace(/_one$/, '_other')))).toEqual([]);
    const wanted = [...english.keys()].filter((key) => !singular.includes(key));
    expect([...chinese.keys()].sort()).toEqual(wanted.sort());
  });

  test('the same fields in both', () => {
    const differing = [...chinese].filter(
      ([key, text]) => fields(text).join() !== fields(english.get(key) ?? '').join(),
    );
    expect(differing.map(([key]) => key)).toEqual([]);
  });

  test('no text is empty', () => {
    expect([...chinese, ...english].filter(([, text]) => text === '')).toEqual([]);
  });
});

const kSpoken = new Set([
  'title',
  'placeholder',
  'label',
  'aria-label',
  'alt',
  'description',
  'message',
  'okText',
  'cancelText',
  'hint',
  'lead',
  'extra',
  'addonAfter',
]);
// Letters that are symbols, not words: R, F, FM name the axes of the RFM grid.
const kSymbols = /^(R|F|FM)$/;
const kLetters = /\p{L}/u;

/** Text that stands in JSX itself or in an attribute that is shown or read aloud. */
function spokenIn(file: string): string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
    ts.ScriptKind.TSX,
  );
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && kLetters.test(node.text) && !kSymbols.test(node.text.trim()))
      found.push(node.text.trim());
    if (ts.isJsxAttribute(node) && kSpoken.has(node.name.getText())) {
      const { initializer } = node;
      if (initializer && ts.isStringLiteral(initializer) && kLetters.test(initializer.text))
        found.push(initializer.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('sources', () => {
  test('no text outside the catalogues', () => {
    const found = files
      .filter((file) => file.endsWith('.tsx'))
      .flatMap((file) => spokenIn(file).map((text) => `${relative(src, file)}: ${text}`));
    expect(found).toEqual([]);
  });

  test('Chinese stands only in its catalogue', () => {
    expect(files.filter((file) => /\p{Script=Han}/u.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  test('features know neither each other nor the app, and shared knows no feature', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const place = relative(src, file).split('/');
      for (const [, from] of readFileSync(file, 'utf8').matchAll(
        /from '([^']+)'|import\('([^']+)'\)/g,
      )) {
        if (!from || !/^[.@]\.?\//.test(from)) continue;
        const target = relative(
          src,
          from.startsWith('@/') ? join(src, from.slice(2)) : resolve(dirname(file), from),
        ).split('/');
        const ownFeature =
          place[0] === 'features' && target[0] === 'features' && place[1] === target[1];
        const inward = place[0] === 'features' || place[0] === 'shared';
        if (inward && !ownFeature && (target[0] === 'features' || target[0] === 'app'))
          wrong.push(`${place.join('/')} → ${from}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('files have at most 150 lines and no any', () => {
    const text = (file: string) => readFileSync(file, 'utf8');
    expect(
      files
        .filter((file) => text(file).split('\n').length > 151)
        .map((file) => relative(src, file)),
    ).toEqual([]);
    expect(
      files
        .filter((file) => /(:|as|<)\s*any\b/.test(text(file).replace(/\/\*\*.*?\*\/|\/\/.*/g, '')))
        .map((file) => relative(src, file)),
    ).toEqual([]);
  });
});
