// The path of somebody who runs a programme: points from the preset, a friend who was referred, and
// an address that is told.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';

const MEMBERS = '/v1/loyalty/programmes/members';
const FRIEND = 'friend-1';

// Asks again until the answer is good.
async function until(ask, good) {
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
  }
}

export async function programme(visitor, {server}) {
  const {page, t} = visitor;
  await visitor.go('loyalty');
  await visitor.see(t('loyalty.none'));
  await visitor.button('loyalty.start_preset').click();
  await visitor.see(t('loyalty.outstanding'));
  await until(
    () => server.api('GET', `${MEMBERS}/rules`),
    ({looking_back: back}) => back === null,
  );
  await page.reload();
  await visitor.see(t('loyalty.outstanding'));
  const {levels} = await server.api('GET', `${MEMBERS}/levels`);
  assert.ok(levels.reduce((sum, {people}) => sum + people, 0) > 0);
}

// A member's code, and a friend who signs up with it and orders, both at the workspace's moment.
async function friendOrders(server) {
  const {customers} = await server.api('GET', '/v1/customers?sort=revenue&limit=1');
  const {code} = await server.api(
    'POST',
    `${MEMBERS}/people/${customers[0].id}/referral-code`,
  );
  const key = await server.writeKey('friends');
  const {stands_on: timestamp, currency} = await server.api('GET', '/v1/settings');
  const event = (name, properties) => ({
    type: 'track',
    userId: FRIEND,
    event: name,
    timestamp,
    properties,
  });
  const reply = await fetch(`${server.origin}/v1/batch`, {
    method: 'POST',
    headers: {'Content-Type': 'application/json', 'X-Write-Key': key},
    body: JSON.stringify({
      batch: [
        event('Signed Up', {referral_code: code}),
        event('Order Completed', {order_id: 'friend-1-1', total: 60, currency}),
      ],
    }),
  });
  assert.equal(reply.status, 200);
  await until(
    () => server.api('GET', `${MEMBERS}/referrals?state=rewarded`),
    ({total}) => total === 1,
  );
  return customers[0];
}

export async function referral(visitor, {server}) {
  const {page, t} = visitor;
  await visitor.go('referral');
  await visitor.see(t('referral.no_terms'));
  await visitor.see(t('referral.none'));
  await visitor.button('referral.save', {n: '1'}).click();
  await visitor.button('referral.save', {n: '2'}).waitFor();
  const referrer = await friendOrders(server);
  const called = referrer.name || `#${referrer.id}`;
  await page.reload();
  const row = page.getByRole('row').filter({hasText: t('words.referral_state.rewarded')});
  await row.getByRole('link', {name: called, exact: true}).waitFor();
  await row.getByText('60 / 60').waitFor();
  assert.deepEqual(await visitor.faults(), []);
  await visitor.button('referral.refuse').click();
  await page
    .locator('.ant-popconfirm')
    .getByRole('button', {name: t('referral.refuse'), exact: true})
    .click();
  await visitor.see(t('words.referral_reason.by_hand'));
  await visitor.button('referral.undo').click();
  await row.getByText('60 / 60').waitFor();
  await row.getByRole('link', {name: called, exact: true}).click();
  await visitor.title(t('loyalty.points_of', {id: referrer.id}));
  await visitor.see(t('referral.brought', {n: '1', points: '60'}));
}

// Cards are made into a file; one of them is claimed at the desk, another is void.
export async function giftCards(visitor, {server}) {
  const {page, t} = visitor;
  await visitor.go('gift_cards');
  await visitor.see(t('gift.none'));
  await page.getByLabel(t('coupon.name'), {exact: true}).fill('Spring 春');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    visitor.button('gift.make').click(),
  ]);
  const codes = (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/).slice(1);
  assert.equal(codes.length, 10);
  const row = page.getByRole('row').filter({hasText: 'Spring 春'});
  await row.getByText('1,000', {exact: true}).waitFor();
  const {customers} = await server.api('GET', '/v1/customers?sort=revenue&limit=1');
  await page.getByLabel(t('gift.code'), {exact: true}).fill(codes[0].toLowerCase());
  const person = page.getByRole('spinbutton', {name: t('gift.person')});
  await person.fill(String(customers[0].id));
  await person.press('Tab');
  await visitor.button('gift.claim').click();
  await row.getByText('900', {exact: true}).waitFor();
  await page.getByLabel(t('gift.code'), {exact: true}).fill(codes[1]);
  await visitor.button('gift.void').click();
  await page
    .locator('.ant-popconfirm')
    .getByRole('button', {name: t('gift.void'), exact: true})
    .click();
  await visitor.see(t('gift.voided_done'));
  assert.deepEqual(await visitor.faults(), []);
}

// A rule for one level, found in the quote of a cart of somebody who is in it.
export async function priceRule(visitor, {server}) {
  const {page, t} = visitor;
  const season = {from: '2000-01-01', to: '2099-01-01', categories: ['drinks']};
  const terms = {name: 'Tea 茶', kind: 'percent', percent: 20, levels: ['gold'], ...season};
  await server.api('PUT', `${MEMBERS}/price-rules/tea`, terms);
  await visitor.go('prices');
  const row = page.getByRole('row').filter({hasText: terms.name});
  const {levels} = await server.api('GET', `${MEMBERS}/levels`);
  const gold = levels.find(({code}) => code === 'gold');
  await row.getByText(gold.name, {exact: true}).waitFor();
  await row.getByRole('link', {name: terms.name, exact: true}).click();
  const off = page.getByRole('spinbutton', {name: t('price.percent'), exact: true});
  await off.fill('25');
  await off.press('Tab');
  await visitor.button('do.save').click();
  await row.getByText(/25\s?%/).waitFor();
  const {customers} = await server.api('GET', '/v1/customers?sort=revenue&limit=1');
  const lines = [{product: 'tea', categories: ['drinks'], amount_minor: 1000}];
  const cart = {person: customers[0].id, lines, own: false};
  const {prices} = await server.api('POST', `${MEMBERS}/coupon-quote`, cart);
  const {standing} = await server.api('GET', `${MEMBERS}/people/${customers[0].id}`);
  assert.equal(prices.lines[0].price_minor, standing?.level === 'gold' ? 750 : 1000);
  assert.deepEqual(await visitor.faults(), []);
}

// What other terms of referral, and other levels, would have done.
export async function dryRun(visitor) {
  const {page, t} = visitor;
  await visitor.go('referral');
  await visitor.see(t('loyalty.dry_lead'));
  await visitor.button('loyalty.dry_do').click();
  const row = page.getByRole('row').filter({hasText: t('referral.points_given')});
  await row.first().waitFor();
  assert.deepEqual(await visitor.faults(), []);
}

// Odds change until somebody has played; afterwards they stay as they were shown.
export async function draw(visitor, {server}) {
  const {page, t} = visitor;
  const {customers} = await server.api('GET', '/v1/customers?sort=revenue&limit=1');
  const terms = {name: 'Wheel 转盘', from: '2000-01-01', to: '2099-01-01', per_person: 3};
  const prizes = [
    {id: 'ten', name: 'Ten 十分', kind: 'points', points: 10, odds_ppm: 1_000_000},
    {id: 'one', name: 'One 一分', kind: 'points', points: 1, odds_ppm: 0},
    {id: 'none', name: 'None 无', kind: 'nothing', odds_ppm: 0},
  ];
  await server.api('PUT', `${MEMBERS}/draws/wheel`, {...terms, prizes});
  await visitor.go('draws');
  await page.getByRole('link', {name: terms.name, exact: true}).click();
  await visitor.see(t('draw.check_later'));
  await visitor.see(t('draw.no_plays'));
  const odds = (at) => page.getByRole('spinbutton', {name: `${t('draw.odds')} ${at}`});
  await odds(1).fill('60');
  await odds(1).press('Tab');
  await visitor.see(t('draw.sum', {sum: '60'}));
  await visitor.button('do.save').click();
  await page.locator('[data-fault="prizes"]').getByText(t('fault.sum')).waitFor();
  const [kept] = (await server.api('GET', `${MEMBERS}/draws`)).draws;
  assert.equal(kept.prizes[0].odds_ppm, 1_000_000);
  await odds(2).fill('40');
  await odds(2).press('Tab');
  assert.deepEqual(await visitor.faults(), []);
  await visitor.button('do.save').click();
  await until(
    () => server.api('GET', `${MEMBERS}/draws`),
    ({draws}) => draws[0].prizes[0].odds_ppm === 600_000,
  );
  await server.api('POST', `${MEMBERS}/plays`, {id: 'p1', draw: 'wheel', person: customers[0].id});
  await page.reload();
  await visitor.see(t('draw.fixed'));
  const row = page.getByRole('row').filter({hasText: customers[0].name || `#${customers[0].id}`});
  await row.getByText(/^(Ten 十分|One 一分)$/).waitFor();
}

export async function webhook(visitor) {
  const {page, t} = visitor;
  await visitor.go('settings');
  await page.getByRole('tab', {name: t('settings.webhooks'), exact: true}).click();
  await visitor.see(t('webhook.none'));
  await visitor.button('webhook.new').click();
  await page.getByLabel(t('webhook.name'), {exact: true}).fill('Shop');
  await page.getByLabel(t('webhook.url'), {exact: true}).fill('http://127.0.0.1:1/hook');
  visitor.expected.push('400 POST /v1/webhooks');
  await visitor.button('do.save').click();
  await page.getByRole('alert').filter({hasText: 'url'}).waitFor();
  await page.getByLabel(t('webhook.url'), {exact: true}).fill('https://hooks.invalid/shop');
  await visitor.button('do.save').click();
  const dialog = page.getByRole('dialog').filter({has: page.locator('.secret')});
  assert.match(await dialog.locator('.secret code').textContent(), /^whsec_\S{44}$/);
  await dialog.locator('.ant-modal-close').click();
  await dialog.waitFor({state: 'hidden'});
  await page.getByRole('link', {name: 'Shop', exact: true}).waitFor();
  await visitor.button('webhook.test').click();
  await page.getByRole('row').filter({hasText: 'Webhook Test'}).waitFor();
  assert.deepEqual(await visitor.faults(), []);
}
