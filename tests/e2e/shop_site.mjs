// A shop's page on another site, so that a browser asks with CORS. It serves the files of the
// given folders of node_modules by their names.
import {createServer} from 'node:http';
import {readFile} from 'node:fs/promises';
import path from 'node:path';

import {launchBrowser} from './browser.mjs';
import {ROOT} from './perennial.mjs';

const MODULES = path.join(ROOT, 'tests/e2e/node_modules');

async function shopSite(folders) {
  const site = createServer(async (request, response) => {
    const name = path.basename(new URL(request.url, 'http://shop').pathname);
    let script = null;
    for (const folder of name.endsWith('.js') ? folders : [])
      script ??= await readFile(path.join(MODULES, folder, name)).catch(() => null);
    response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(
      script || '<!doctype html><title>测试页</title><button id="buy">购买</button><p>Shop</p>',
    );
  });
  await new Promise((listening) => site.listen(0, '127.0.0.1', listening));
  return {site, origin: `http://127.0.0.1:${site.address().port}`};
}

// Runs `visit(page, origin)` on a page of the shop; errors of its scripts fail the test.
export async function inShop(folders, visit) {
  const {site, origin} = await shopSite(folders);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(`${origin}/page?utm_source=newsletter`);
    await visit(page, origin);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  } finally {
    await browser.close();
    site.close();
  }
}
