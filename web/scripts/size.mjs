// Measures the gzip-compressed script of the first view (the entry, what it imports statically,
// what one catalogue has for it, and the overview page with what that imports) and fails above the
// limit.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const kLimitBytes = 300_000;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const shell = Object.keys(manifest).find((key) => manifest[key].name === 'Shell');
const starts = [
  'index.html',
  'src/i18n/zh.json?first',
  shell,
  'src/features/overview/OverviewPage.tsx',
];

const keys = new Set();
const visit = (key) => {
  if (keys.has(key)) return;
  if (!manifest[key]) throw new Error(`${key} is not in the manifest: did its path change?`);
  keys.add(key);
  for (const next of manifest[key].imports ?? []) visit(next);
};
starts.forEach(visit);

let total = 0;
for (const key of keys) {
  const { file } = manifest[key];
  const bytes = gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
  total += bytes;
  console.log(`${String(bytes).padStart(8)}  ${file}`);
}
console.log(
  `${String(total).padStart(8)}  bytes of compressed script in first view (limit ${kLimitBytes})`,
);
process.exit(total > kLimitBytes ? 1 : 0);
