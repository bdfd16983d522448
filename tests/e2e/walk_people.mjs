// The newcomer's path, second part: people, and numbers that open the people behind them.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import path from 'node:path';

import {ROOT, until} from './perennial.mjs';

const PAGE = 50;
const NAUGHTY = path.join(ROOT, 'tests/scenarios/testdata/naughty/blns.json');

const digits = (text) => Number(text.replace(/\D/g, ''));

// The list of customers says it holds exactly `people`.
async function listHolds(visitor, people) {
  const {page, t} = visitor;
  await visitor.title(t('nav.customers'));
  const text = t('customers.lead', {n: visitor.number(people), zone: 'Europe/London'});
  await page.locator('.page-head .lead').getByText(text, {exact: true}).waitFor();
  const rows = page.locator('main .ant-table-tbody tr.ant-table-row');
  const shown = Math.min(people, PAGE);
  await rows.nth(shown - 1).waitFor();
  await rows.nth(shown).waitFor({state: 'detached'});
}

export async function customersList(visitor, {server, shop}) {
  const {page, t} = visitor;
  const ask = (query) => server.api('GET', `/v1/customers?${query}`);
  const firstIs = ({name}) =>
    page
      .locator('main .ant-table-tbody tr.ant-table-row')
      .first()
      .getByText(name, {exact: true})
      .waitFor();
  await visitor.go('customers');
  await listHolds(visitor, shop.people.length);
  const revenue = page.getByRole('columnheader', {name: t('customer.revenue')});
  for (const order of ['desc', 'asc']) {
    await revenue.click();
    await firstIs((await ask(`sort=revenue&order=${order}&limit=1`)).customers[0]);
    await page
      .locator(`th[aria-sort=${order}ending]`)
      .filter({hasText: t('customer.revenue')})
      .waitFor();
  }
  await visitor.choose(t('customer.stage'), t('words.stage.churned'));
  await visitor.see(t('set.stage', {stage: t('words.stage.churned')}));
  const churned = (await ask('set=stage:churned&limit=1')).total;
  assert.ok(churned > 0 && churned < shop.people.length);
  await listHolds(visitor, churned);
  await visitor.button('do.remove_filter').click();
  await listHolds(visitor, shop.people.length);
}

export async function oneCustomer(visitor, {shop}) {
  const {page, t} = visitor;
  const person = shop.people.find(({email}) => email);
  const search = page.getByRole('searchbox', {name: t('customers.search')});
  await search.fill(person.email);
  await search.press('Enter');
  await listHolds(visitor, 1);
  await page.getByRole('link', {name: person.name, exact: true}).click();
  await visitor.title(person.name);
  await visitor.see(person.email);
  // A long address breaks before its @, not inside a word.
  const lines = await page
    .locator('dl.facts dd', {hasText: person.email})
    .first()
    .locator('.unbroken')
    .evaluateAll((halves) =>
      halves.map((half) => half.offsetHeight / parseFloat(getComputedStyle(half).lineHeight)),
    );
  assert.deepEqual(lines.map(Math.round), [1, 1]);
  const timeline = page.getByRole('region', {name: t('customer.timeline')});
  await timeline.locator('ol.timeline li').first().waitFor();
  assert.match(await timeline.locator('ol.timeline').textContent(), /£/);
  await timeline.getByRole('checkbox', {name: t('words.timeline_kind.order')}).click();
  await page.waitForURL(/kinds=/);
  const orders = timeline.locator('li b').getByText(t('words.timeline_kind.order'), {exact: true});
  await orders.first().waitFor({state: 'detached'});
}

// What happens elsewhere shows in the open file by itself; a file is attached and listed.
export async function liveFile(visitor, {server, shop}) {
  const {page, t} = visitor;
  const {email} = shop.people.find((one) => one.email);
  const find = `search=${encodeURIComponent(email)}&limit=1`;
  const [{id}] = (await server.api('GET', `/v1/customers?${find}`)).customers;
  await page.goto(`${server.origin}/customers/${id}`);
  const timeline = page.getByRole('region', {name: t('customer.timeline')});
  await timeline.locator('[data-live=yes]').waitFor();
  await server.api('POST', `/v1/customers/${id}/notes`, {text: 'Said elsewhere 别处'});
  await timeline.getByText('Said elsewhere 别处').waitFor();
  await page.getByRole('tab', {name: t('customer.tab_files')}).click();
  await page.locator('input[type=file]').setInputFiles({
    name: '合同.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('text'),
  });
  await page.getByRole('link', {name: '合同.txt', exact: true}).waitFor();
}

// Who looks after the customer is chosen in the header; points and messages stand beside orders.
export async function ownerAndDealings(visitor, {server, shop}) {
  const {page, t} = visitor;
  const {email} = shop.people.find((one) => one.email);
  const find = `search=${encodeURIComponent(email)}&limit=1`;
  const [{id}] = (await server.api('GET', `/v1/customers?${find}`)).customers;
  await page.goto(`${server.origin}/customers/${id}`);
  const main = page.getByRole('main');
  await main.getByText(t('customer.owner_none'), {exact: true}).waitFor();
  await main.getByRole('button', {name: t('customer.owner_edit')}).click();
  const owner = main.getByRole('textbox', {name: t('customer.owner'), exact: true});
  await owner.fill('Mei 梅');
  await owner.press('Enter');
  await main.locator('dd').getByText('Mei 梅', {exact: true}).waitFor();
  assert.equal((await server.api('GET', `/v1/customers/${id}`)).traits.owner, 'Mei 梅');
  await main.getByRole('tab', {name: t('customer.orders'), exact: true}).waitFor();
  await main.getByRole('tab', {name: t('customer.tab_messages'), exact: true}).click();
  await main.getByText(t('customer.messages_none'), {exact: true}).waitFor();
  await main.getByRole('tab', {name: t('customer.points'), exact: true}).click();
  await main.getByText(t('customer.points_none'), {exact: true}).waitFor();
  assert.deepEqual(await visitor.faults(), []);
}

// Texts that break programs stand in the pages as they were sent, and nothing of them runs.
export async function brokenTexts(visitor, {server}) {
  const {page} = visitor;
  const texts = JSON.parse(await readFile(NAUGHTY, 'utf8'));
  const scripts = texts.filter((text) => /<|javascript/i.test(text));
  const key = await server.writeKey('naughty');
  const at = new Date(Date.now() - 60_000).toISOString();
  const who = {userId: 'naughty', timestamp: at};
  const traits = Object.fromEntries(texts.map((text, i) => [`text ${i}`, text]));
  const batch = [
    {...who, type: 'identify', messageId: 'n', traits: {...traits, name: scripts[0]}},
    ...scripts.map((text, i) => ({
      ...who,
      type: 'track',
      messageId: `n${i}`,
      event: text,
      properties: {[text]: text},
    })),
  ];
  const reply = await fetch(`${server.origin}/v1/batch`, {
    method: 'POST',
    headers: {Authorization: `Basic ${btoa(`${key}:`)}`, 'Content-Type': 'application/json'},
    body: JSON.stringify({batch, sentAt: new Date().toISOString()}),
  });
  assert.equal(reply.status, 200);
  const [{id}] = await until(
    async () => {
      const {customers} = await server.api('GET', '/v1/customers?search=naughty&known=yes');
      return customers.length === 1 && customers;
    },
    30,
    'the customer',
  );
  const ran = [];
  page.on('dialog', (dialog) => {
    ran.push(dialog.message());
    dialog.dismiss();
  });
  const main = page.getByRole('main');
  for (const tab of ['timeline', 'traits', 'identity']) {
    await page.goto(`${server.origin}/customers/${id}?tab=${tab}`);
    await main.getByRole('heading', {name: scripts[0].trim(), exact: true}).first().waitFor();
    await visitor.settled();
    const shown = await main.textContent();
    if (tab === 'traits')
      for (const text of scripts) assert.ok(shown.includes(text), `${tab}: ${text}`);
    // Whatever was sent is text: it brought no element of its own.
    const strange = 'main script, main iframe, main object, main embed, main img[src="x"]';
    assert.equal(await page.locator(strange).count(), 0, tab);
  }
  await page.goto(`${server.origin}/customers?search=naughty&known=all`);
  await main.getByText(scripts[0].trim(), {exact: true}).first().waitFor();
  assert.deepEqual(ran, []);
}

// Whoever erases types whom; then the file is nobody's, and a receipt can be had.
export async function erased(visitor, {server}) {
  const {page, t} = visitor;
  const find = 'sort=revenue&order=asc&limit=1';
  const [{id}] = (await server.api('GET', `/v1/customers?${find}`)).customers;
  await page.goto(`${server.origin}/customers/${id}`);
  await visitor.button('privacy.erase').click();
  const dialog = page.getByRole('dialog');
  const erase = dialog.getByRole('button', {name: t('privacy.erase_do')});
  assert.ok(await erase.isDisabled());
  await dialog.getByRole('textbox').fill(String(id));
  await erase.click();
  await dialog.getByText(t('privacy.erase_done')).waitFor();
  const link = await dialog.getByRole('link', {name: t('privacy.receipt')}).getAttribute('href');
  const receipt = await server.api('GET', link);
  assert.ok(receipt.valid);
  assert.equal(receipt.receipt.person_id, id);
  await page.keyboard.press('Escape');
  await visitor.title(t('privacy.erased_person'));
  await page.goto(`${server.origin}/settings/privacy`);
  const name = t('privacy.receipt_of', {id: receipt.receipt.receipt});
  await page.getByRole('link', {name}).waitFor();
}

// Columns are chosen and a view is saved; both are there after the page is read anew.
export async function columnsAndViews(visitor, {server}) {
  const {page, t} = visitor;
  await page.goto(`${server.origin}/customers?sort=name&order=asc`);
  await page.getByRole('button', {name: t('customers.columns'), exact: true}).click();
  await page.getByRole('checkbox', {name: t('customer.email'), exact: true}).click();
  const column = page.getByRole('columnheader', {name: t('customer.email'), exact: true});
  await column.waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', {name: t('customers.view_save')}).click();
  await page.getByLabel(t('customers.view_name')).fill('A–Z');
  await page.getByRole('button', {name: t('do.save'), exact: true}).click();
  await page.getByLabel(t('customers.view_saved')).first().waitFor();
  await page.goto(`${server.origin}/customers`);
  await column.waitFor();
  await visitor.choose(t('customers.view_saved'), 'A–Z');
  await page.waitForURL(/sort=name/);
}

export async function retentionTriangle(visitor) {
  const {page, t} = visitor;
  await visitor.go('retention');
  await page
    .locator('.ant-segmented-item')
    .filter({hasText: t('retention.show_count')})
    .click();
  const cell = page.locator('table.heat tbody tr').nth(0).locator('td').nth(3);
  await cell.filter({hasText: /^[\d,]+$/}).waitFor();
  const people = digits(await cell.textContent());
  assert.ok(people > 0);
  await cell.getByRole('link').click();
  await listHolds(visitor, people);
  await page.locator('.filters').getByText('2010-12').waitFor();
}

export async function activityAndStages(visitor) {
  const {page, t} = visitor;
  await visitor.go('activity');
  await visitor.settled();
  await page.locator('main [role=img] svg').first().waitFor();
  await visitor.go('stages');
  await visitor.settled();
  const silent = page
    .getByRole('row')
    .filter({hasText: t('words.stage.silent')})
    .first();
  const people = digits(await silent.getByRole('link').first().textContent());
  await silent.getByRole('link').first().click();
  await listHolds(visitor, people);
}

export async function rfmCell(visitor) {
  const {page, t} = visitor;
  await visitor.go('rfm');
  // What comes later in the page moves the squares, and a list of scores that is open.
  await visitor.settled();
  const square = page.locator('.rfm button').first();
  const people = digits(await square.locator('b').textContent());
  await square.click();
  const scores = page.locator('.ant-popover table tbody tr');
  await scores.first().waitFor();
  await visitor.still();
  const counts = (await scores.getByRole('link').allTextContents()).map(digits);
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    people,
  );
  await scores.getByRole('link').first().click();
  await listHolds(visitor, counts[0]);
  await page
    .locator('.filters')
    .getByText(t('set.rfm', {scores: ''}).trim())
    .waitFor();
}

// A group against everybody: the numbers are the API's, and open the people behind them.
export async function portrait(visitor, {server}) {
  const {page, t} = visitor;
  await server.api('POST', '/v1/portrait/renew', {});
  for (let now = {}; !now.newest || now.renewing; ) now = await server.api('GET', '/v1/portrait');
  await visitor.go('portrait');
  await visitor.choose(t('portrait.group'), t('words.stage.churned'));
  const {tags} = await server.api('GET', '/v1/portrait/group?set=stage:churned');
  const band = tags.find(({tag}) => tag === 'price_band');
  const low = band.words.find(({word}) => word === 'low');
  const section = page.getByRole('region', {name: t('words.fact.price_band')}).first();
  const row = section.getByRole('row').filter({hasText: t('words.tag_price_band.low')});
  await row.getByText(visitor.number(Math.round(low.index)), {exact: false}).first().waitFor();
  await row.getByRole('link', {name: visitor.number(low.group), exact: true}).click();
  await listHolds(visitor, low.group);
  await page.goBack();
  await page.getByRole('tab', {name: t('portrait.tab_tags'), exact: true}).click();
  await visitor.see(t('portrait.mean_region'));
}
