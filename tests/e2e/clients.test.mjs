// The public Segment client libraries, as npm ships them, against the real program.
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';

import {Analytics} from '@segment/analytics-node';

import {launchBrowser} from './browser.mjs';
import {ROOT, startPerennial, until} from './perennial.mjs';

let server;
before(async () => {
  server = await startPerennial();
});
after(() => server.stop());

const rowsOf = (source) =>
  server.sql(
    `SELECT toString(type), name, user_id, anonymous_id, properties FROM events
     WHERE source = '${source}' ORDER BY timestamp, type`,
  );

test('analytics-node sends every kind of call', async () => {
  const analytics = new Analytics({
    writeKey: await server.writeKey('node'),
    host: server.origin,
    flushAt: 3,
    flushInterval: 50,
  });
  const failures = [];
  analytics.on('error', (error) => failures.push(error));
  analytics.identify({userId: 'n1', traits: {name: '韩梅梅', email: 'hanmeimei@shop.example'}});
  analytics.track({
    userId: 'n1',
    event: 'Order Completed',
    properties: {order_id: 'no-1', total: 12.5, currency: 'CNY'},
  });
  analytics.page({userId: 'n1', name: 'Home'});
  analytics.screen({userId: 'n1', name: 'Main'});
  analytics.group({userId: 'n1', groupId: 'g1', traits: {plan: 'pro'}});
  analytics.alias({userId: 'n1', previousId: 'old-n1'});
  for (let i = 0; i < 200; ++i)
    analytics.track({anonymousId: `anonymous-${i % 5}`, event: 'Seen', properties: {i}});
  await analytics.closeAndFlush({timeout: 20_000});
  assert.deepEqual(failures, []);
  const rows = await rowsOf('node');
  assert.equal(rows.length, 206);
  assert.equal(rows.filter(([, name]) => name === 'Seen').length, 200);
  const customer = await until(
    async () => (await server.api('GET', '/v1/customers?search=hanmeimei')).customers[0],
    20,
    'the customer',
  );
  assert.equal(customer.name, '韩梅梅');
  await until(
    async () =>
      (await server.api('GET', '/v1/customers?search=hanmeimei')).customers[0]?.orders === 1,
    20,
    'the order',
  );
});

// A shop's page on another site, so that the browser asks with CORS.
async function shopSite() {
  const scripts = path.join(ROOT, 'tests/e2e/node_modules/@segment/analytics-next/dist/umd');
  const site = createServer(async (request, response) => {
    const name = path.basename(new URL(request.url, 'http://shop').pathname);
    const script =
      name.endsWith('.js') && (await readFile(path.join(scripts, name)).catch(() => null));
    response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(script || '<!doctype html><title>Shop</title>');
  });
  await new Promise((listening) => site.listen(0, '127.0.0.1', listening));
  return {site, origin: `http://127.0.0.1:${site.address().port}`};
}

for (const batching of [false, true]) {
  test(`analytics-next in a browser, ${batching ? 'batching' : 'one request a call'}`, async () => {
    const source = batching ? 'browser-batch' : 'browser';
    const writeKey = await server.writeKey(source);
    const {site, origin} = await shopSite();
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const problems = [];
      page.on('pageerror', (error) => problems.push(String(error)));
      await page.goto(origin);
      await page.addScriptTag({url: `${origin}/index.js`});
      await page.evaluate(
        async ({key, host, batched}) => {
          const settings = {writeKey: key, cdnURL: host};
          const delivery = batched
            ? {deliveryStrategy: {strategy: 'batching', config: {size: 2, timeout: 100}}}
            : {};
          const api = {apiHost: `${new URL(host).host}/v1`, protocol: 'http', ...delivery};
          const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load(settings, {
            integrations: {'Segment.io': api},
          });
          await analytics.page('Product page');
          await analytics.track('Product Viewed', {sku: '茶-1', price: 12.5});
          await analytics.identify('b-user', {
            name: 'Browser Person',
            email: 'browser@shop.example',
          });
          await analytics.track('Order Completed', {order_id: `bo-${batched}`, total: 30});
        },
        {key: writeKey, host: server.origin, batched: batching},
      );
      const rows = await until(
        async () => {
          const found = await rowsOf(source);
          return found.length >= 4 && found;
        },
        30,
        'the events',
      );
      assert.equal(rows.length, 4);
      assert.deepEqual(problems, []);
      const viewed = rows.find(([, name]) => name === 'Product Viewed');
      assert.equal(JSON.parse(viewed[4]).sku, '茶-1');
      // The anonymous history joined the user who signed in later.
      const person = await until(
        async () =>
          (await server.api('GET', '/v1/customers?search=browser@shop.example')).customers[0],
        20,
        'the person',
      );
      const timeline = await until(
        async () => {
          const {items} = await server.api('GET', `/v1/customers/${person.id}/timeline?limit=50`);
          return items.some((item) => item.title === 'Product Viewed') && items;
        },
        20,
        'the timeline',
      );
      assert.ok(timeline.length >= 3);
    } finally {
      await browser.close();
      site.close();
    }
  });
}
