// The path of somebody who runs a programme: points from the preset, a friend who was referred, and
// an address that is told.
import assert from 'node:assert/strict';

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
  return customers[0].id;
}

export async function referral(visitor, {server}) {
  const {page, t} = visitor;
  await visitor.go('referral');
  await visitor.see(t('referral.no_terms'));
  await visitor.see(t('referral.none'));
  await visitor.button('referral.save', {n: '1'}).click();
  await visitor.button('referral.save', {n: '2'}).waitFor();
  const referrer = await friendOrders(server);
  await page.reload();
  const row = page.getByRole('row').filter({hasText: t('words.referral_state.rewarded')});
  await row.getByRole('link', {name: String(referrer), exact: true}).waitFor();
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
  await row.getByRole('link', {name: String(referrer), exact: true}).click();
  await visitor.title(t('loyalty.points_of', {id: referrer}));
  await visitor.see(t('referral.brought', {n: '1', points: '60'}));
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
