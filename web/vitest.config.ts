import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // A busy machine reads all sources slowly.
  test: { environment: 'node', include: ['src/**/*.test.ts'], testTimeout: 60_000 },
});
