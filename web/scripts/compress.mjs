// Writes a .gz neighbour beside every built text file; the server sends it to clients that accept
// it.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const root = new URL('../dist', import.meta.url).pathname;
const files = readdirSync(root, { recursive: true })
  .map((name) => join(root, String(name)))
  .filter((file) => statSync(file).isFile() && /\.(js|css|html|svg|json)$/.test(file));
for (const file of files) writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
console.log(`compressed ${files.length} files`);
