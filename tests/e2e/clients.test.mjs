// The public client libraries of Segment, RudderStack, PostHog and 神策, as npm ships them, against
// the real program.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {after, before, test} from 'node:test';

import {Analytics} from '@segment/analytics-node';
import {PostHog} from 'posthog-node';

import {startPerennial, until} from './perennial.mjs';
import {inShop} from './shop_site.mjs';

const require = createRequire(import.meta.url);
const RudderAnalytics = require('@rudderstack/rudder-sdk-node');
const SensorsAnalytics = require('sa-sdk-node');

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

const rowsWhen = (source, count) =>
  until(
    async () => {
      const found = await rowsOf(source);
      return found.length >= count && found;
    },
    30,
    `${count} events of ${source}`,
  );

// The customer with this e-mail, once there are `orders` and the timeline shows `titles`: also what
// the visitor did before anybody knew who it was.
async function expectTimeline(email, titles, orders = 1) {
  const person = await until(
    async () =>
      (await server.api('GET', `/v1/customers?search=${encodeURIComponent(email)}`)).customers.find(
        (one) => one.orders >= orders,
      ),
    20,
    `the customer ${email}`,
  );
  await until(
    async () => {
      const {items} = await server.api('GET', `/v1/customers/${person.id}/timeline?limit=50`);
      return titles.every((title) => items.some((item) => item.title.startsWith(title)));
    },
    20,
    `${titles} on the timeline of ${email}`,
  );
  return person;
}

test('analytics-node sends every kind of call', async () => {
  const analytics = new Analytics({
    writeKey: await server.writeKey('node'),
    host: server.origin,
    flushAt: 3,
    flushInterval: 50,
  });
  const failures = [];
  analytics.on('error', (error) => failures.push(error));
  analytics.identify({
    userId: 'n1',
    traits: {name: '韩梅梅', email: 'hanmeimei@shop.example'},
  });
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
    analytics.track({
      anonymousId: `anonymous-${i % 5}`,
      event: 'Seen',
      properties: {i},
    });
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

for (const batching of [false, true]) {
  test(`analytics-next in a browser, ${batching ? 'batching' : 'one request a call'}`, async () => {
    const source = batching ? 'browser-batch' : 'browser';
    const writeKey = await server.writeKey(source);
    await inShop(['@segment/analytics-next/dist/umd'], async (page, origin) => {
      await page.addScriptTag({url: `${origin}/index.js`});
      await page.evaluate(
        async ({key, host, batched}) => {
          const settings = {writeKey: key, cdnURL: host};
          const delivery = batched
            ? {
                deliveryStrategy: {
                  strategy: 'batching',
                  config: {size: 2, timeout: 100},
                },
              }
            : {};
          const api = {
            apiHost: `${new URL(host).host}/v1`,
            protocol: 'http',
            ...delivery,
          };
          const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load(settings, {
            integrations: {'Segment.io': api},
          });
          await analytics.page('Product page');
          await analytics.track('Product Viewed', {sku: '茶-1', price: 12.5});
          await analytics.identify('b-user', {
            name: 'Browser Person',
            email: 'browser@shop.example',
          });
          await analytics.track('Order Completed', {
            order_id: `bo-${batched}`,
            total: 30,
          });
        },
        {key: writeKey, host: server.origin, batched: batching},
      );
      const rows = await rowsWhen(source, 4);
      assert.equal(rows.length, 4);
      const viewed = rows.find(([, name]) => name === 'Product Viewed');
      assert.equal(JSON.parse(viewed[4]).sku, '茶-1');
      await expectTimeline('browser@shop.example', ['Product Viewed']);
    });
  });
}

test('rudder-sdk-node sends every kind of call', async () => {
  const analytics = new RudderAnalytics(await server.writeKey('rudder-node'), {
    dataPlaneUrl: server.origin,
    flushAt: 3,
    flushInterval: 50,
  });
  const email = 'rudder@shop.example';
  analytics.identify({userId: 'r1', traits: {name: '韩梅梅', email}});
  analytics.track({
    userId: 'r1',
    event: 'Order Completed',
    properties: {order_id: 'r-1', total: 8},
  });
  analytics.page({userId: 'r1', name: 'Home'});
  analytics.screen({userId: 'r1', name: 'Main'});
  analytics.group({userId: 'r1', groupId: 'g1', traits: {plan: 'pro'}});
  analytics.alias({userId: 'r1', previousId: 'old-r1'});
  await analytics.flush();
  const rows = await rowsWhen('rudder-node', 6);
  assert.deepEqual(rows.map(([type]) => type).sort(), [
    'alias',
    'group',
    'identify',
    'page',
    'screen',
    'track',
  ]);
  await expectTimeline(email, []);
});

test('RudderStack analytics-js in a browser', async () => {
  const key = await server.writeKey('rudder-browser');
  const folder = '@rudderstack/analytics-js/dist/npm/modern/bundled/umd';
  await inShop([folder], async (page, origin) => {
    await page.addScriptTag({url: `${origin}/index.js`});
    await page.evaluate(
      async ({key, host}) => {
        const {RudderAnalytics} = window.rudderanalytics ?? window;
        const analytics = new RudderAnalytics();
        analytics.load(key, host, {
          configUrl: host,
          lockIntegrationsVersion: true,
          useBeacon: false,
        });
        await new Promise((ready) => analytics.ready(ready));
        analytics.page('Product page');
        analytics.track('Product Viewed', {sku: '茶-2'});
        analytics.identify('rb-user', {
          name: 'Rudder Person',
          email: 'rudder-browser@shop.example',
        });
        analytics.track('Order Completed', {order_id: 'rb-1', total: 30});
      },
      {key, host: server.origin},
    );
    const rows = await rowsWhen('rudder-browser', 4);
    const viewed = rows.find(([, name]) => name === 'Product Viewed');
    assert.equal(JSON.parse(viewed[4]).sku, '茶-2');
    await expectTimeline('rudder-browser@shop.example', ['Product Viewed']);
  });
});

test('posthog-node', async () => {
  const posthog = new PostHog(await server.writeKey('posthog-node'), {
    host: server.origin,
    flushAt: 4,
    flushInterval: 50,
  });
  const email = 'posthog@shop.example';
  posthog.identify({
    distinctId: 'p1',
    properties: {$set: {name: '李雷', email}, $set_once: {from: 'ad'}},
  });
  posthog.capture({
    distinctId: 'p1',
    event: 'Order Completed',
    properties: {order_id: 'p-1', total: 9},
  });
  posthog.alias({distinctId: 'p1', alias: 'visitor-p1'});
  posthog.groupIdentify({
    groupType: 'company',
    groupKey: 'acme',
    properties: {name: 'Acme'},
  });
  await posthog.shutdown();
  const rows = await rowsWhen('posthog-node', 4);
  assert.equal(rows.length, 4);
  const person = await expectTimeline(email, []);
  const file = await server.api('GET', `/v1/customers/${person.id}`);
  assert.equal(file.traits.from, 'ad');
  // The group's own id is nobody.
  assert.equal((await server.api('GET', '/v1/customers?search=$group&known=all')).total, 0);
});

test('posthog-js in a browser', async () => {
  const key = await server.writeKey('posthog-browser');
  await inShop(['posthog-js/dist'], async (page, origin) => {
    await page.addScriptTag({url: `${origin}/array.full.no-external.js`});
    await page.evaluate(
      async ({key, host}) => {
        window.posthog.init(key, {
          api_host: host,
          persistence: 'memory',
          autocapture: false,
          opt_out_useragent_filter: true, // a browser without a window counts as a robot
          request_queue_config: {flush_interval_ms: 250},
        });
        window.posthog.capture('Product Viewed', {sku: '茶-3'});
        window.posthog.identify('pb-user', {
          name: 'Post Person',
          email: 'pb@shop.example',
        });
        window.posthog.capture('Order Completed', {
          order_id: 'pb-1',
          total: 30,
        });
      },
      {key, host: server.origin},
    );
    const rows = await rowsWhen('posthog-browser', 4);
    const viewed = rows.find(([, name]) => name === 'Product Viewed');
    assert.equal(viewed[2], '', 'nobody is signed in yet');
    assert.equal(JSON.parse(viewed[4]).sku, '茶-3');
    assert.equal(rows.filter(([type]) => type === 'page').length, 1);
    await expectTimeline('pb@shop.example', ['Product Viewed']);
  });
});

test('sa-sdk-node', async () => {
  const key = await server.writeKey('sa-node');
  const sa = new SensorsAnalytics();
  sa.submitTo({
    url: `${server.origin}/sa?project=default&token=${key}`,
    gzip: true,
    timeout: 10_000,
  });
  const person = {Email: 'sensors@shop.example', Name: '韩梅梅'};
  sa.track('sa-visitor', 'ProductViewed', {sku: '茶-4'});
  sa.trackSignup('sa-user', 'sa-visitor');
  sa.profileSet('sa-user', person);
  sa.profileIncrement('sa-user', {visits: 2});
  sa.profileIncrement('sa-user', {visits: 1});
  sa.profileAppend('sa-user', {tags: ['tea']});
  sa.profileSetOnce('sa-user', {first: 'ad'});
  sa.profileUnset('sa-user', ['nothing']);
  sa.track('sa-user', 'OrderPaid', {order_id: 'sa-1', total: 12});
  sa.itemSet('product', 'p1', {name: '茶'});
  await rowsWhen('sa-node', 12);
  const customer = await expectTimeline('sensors@shop.example', ['ProductViewed', 'OrderPaid'], 0);
  const file = await server.api('GET', `/v1/customers/${customer.id}`);
  assert.equal(file.traits.visits, 3);
  assert.deepEqual(file.traits.tags, ['tea']);
  assert.equal(file.traits.first, 'ad');
  assert.equal(customer.name, '韩梅梅');
});

for (const mode of ['ajax', 'beacon', 'image', 'batch']) {
  test(`sa-sdk-javascript in a browser, ${mode}`, async () => {
    const source = `sa-${mode}`;
    const key = await server.writeKey(source);
    const email = `${source}@shop.example`;
    await inShop(['sa-sdk-javascript'], async (page, origin) => {
      await page.addScriptTag({url: `${origin}/sensorsdata.min.js`});
      await page.evaluate(
        ({key, host, mode, email}) => {
          const sensors = window.sensorsDataAnalytic201505;
          sensors.init({
            server_url: `${host}/sa.gif?project=default&token=${key}`,
            ...(mode === 'batch'
              ? {
                  batch_send: {
                    datasend_timeout: 6000,
                    send_interval: 200,
                    storage_length: 200,
                  },
                }
              : {send_type: mode}),
            show_log: false,
          });
          sensors.quick('autoTrack');
          sensors.track('ProductViewed', {sku: '茶-5'});
          sensors.login(`user-${mode}`);
          sensors.setProfile({Email: email, Name: '李雷'});
          sensors.track('Order Completed', {
            order_id: `saj-${mode}`,
            total: 30,
          });
        },
        {key, host: server.origin, mode, email},
      );
      const rows = await rowsWhen(source, 6);
      const viewed = rows.find(([, name]) => name === 'ProductViewed');
      assert.equal(JSON.parse(viewed[4]).sku, '茶-5');
      assert.ok(rows.some(([type]) => type === 'page'));
      await expectTimeline(email, ['ProductViewed']);
    });
    assert.equal((await server.api('GET', '/v1/quarantine')).total, 0);
  });
}
