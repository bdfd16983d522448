import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { mockServer } from './dev/mock/plugin';
import { catalogueParts } from './scripts/catalogue_parts';

// The server that `npm run dev` talks to; `npm run mock` answers from dev/mock instead.
const server = process.env.PERENNIAL ?? 'http://127.0.0.1:8080';

const proxy: Record<string, string> = { '/v1': server, '/u': server };

export default defineConfig(({ mode }) => ({
  plugins: [catalogueParts(), react(), ...(mode === 'mock' ? [mockServer()] : [])],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2021',
    manifest: true,
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    proxy: mode === 'mock' ? {} : proxy,
  },
}));
