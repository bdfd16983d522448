// Answers the API from made-up data, so that the console can be worked on without a server.
// Only for `npm run mock`; nothing of it is built.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connect, Plugin } from 'vite';
import { answer } from './answers';

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://mock');
  const {
    status,
    body,
    type = 'application/json',
  } = answer(request.method ?? 'GET', url, await bodyOf(request));
  response.statusCode = status;
  response.setHeader('Content-Type', status >= 400 ? 'application/problem+json' : type);
  response.end(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body));
}

const middleware: Connect.NextHandleFunction = (request, response, next) => {
  if (request.url?.startsWith('/v1/')) void respond(request, response);
  else next();
};

export function mockServer(): Plugin {
  return {
    name: 'perennial-mock',
    configureServer: (server) => void server.middlewares.use(middleware),
    configurePreviewServer: (server) => void server.middlewares.use(middleware),
  };
}
