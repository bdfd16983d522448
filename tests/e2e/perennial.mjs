// A running Perennial for a test: the real program on a directory of its own and a free port.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {openSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const BUILD = process.env.PERENNIAL_BUILD_DIR ?? path.join(ROOT, 'build');
export const CHDB = path.join(BUILD, 'deps/chdb/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so');

export async function startPerennial(settings = {}) {
  const data = await mkdtemp(path.join(os.tmpdir(), 'perennial-e2e-'));
  const log = openSync(path.join(data, 'server.log'), 'a');
  const program = spawn(
    path.join(BUILD, 'bin/perennial'),
    ['serve', '--data', data, '--listen', '127.0.0.1:0'],
    {
      stdio: ['ignore', 'pipe', log],
      env: {PERENNIAL_CHDB: CHDB, ...process.env},
    },
  );
  const lines = createInterface({input: program.stdout})[Symbol.asyncIterator]();
  const ready = (await lines.next()).value ?? '';
  const origin = /ready at (\S+)/.exec(ready)?.[1];
  if (!origin)
    throw new Error(
      `the server did not start:\n${await readFile(path.join(data, 'server.log'), 'utf8')}`,
    );
  const firstLink = /(http\S+\/claim#\S+)/.exec((await lines.next()).value ?? '')?.[1];
  const {token} = JSON.parse(await readFile(path.join(data, 'run/server.json'), 'utf8'));
  const server = {
    origin,
    firstLink,
    data,
    async api(method, target, body) {
      const reply = await fetch(origin + target, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : {'Content-Type': 'application/json'}),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${method} ${target}: ${reply.status} ${text}`);
      return text ? JSON.parse(text) : null;
    },
    async writeKey(source) {
      return (await server.api('POST', '/v1/keys', {kind: 'write', name: source, source})).secret;
    },
    async sql(text) {
      return (await server.api('POST', '/v1/sql', {sql: text})).rows;
    },
    async stop() {
      program.kill('SIGTERM');
      if (program.exitCode === null) await once(program, 'exit');
      await rm(data, {recursive: true, force: true});
    },
  };
  if (Object.keys(settings).length > 0) {
    await server.api('PUT', '/v1/settings', {
      ...(await server.api('GET', '/v1/settings')),
      ...settings,
    });
  }
  return server;
}

// The first true answer of `ask`, asked again as soon as the last is in; fails after `seconds`.
export async function until(ask, seconds, what) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await ask();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
  }
}
