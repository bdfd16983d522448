// The newcomer's path, second part: people, and numbers that open the people behind them.
import assert from 'node:assert/strict';

const digits = (text) => Number(text.replace(/\D/g, ''));

// The list of customers says it holds exactly `people`.
async function listHolds(visitor, people) {
  const {page, t} = visitor;
  await visitor.title(t('nav.customers'));
  const text = t('customers.lead', {n: visitor.number(people), zone: 'Europe/London'});
  await page.locator('.page-head .lead').getByText(text, {exact: true}).waitFor();
  const rows = page.locator('main .ant-table-tbody tr.ant-table-row');
  await rows.nth(Math.min(people, 50) - 1).waitFor();
  assert.equal(await rows.count(), Math.min(people, 50));
}

const firstOf = (page, column) =>
  page.locator('main .ant-table-tbody tr.ant-table-row').first().locator('td').nth(column);

export async function customersList(visitor, {shop}) {
  const {page, t} = visitor;
  await visitor.go('customers');
  await listHolds(visitor, shop.people.length);
  const reread = (part) =>
    page.waitForResponse((reply) => reply.url().includes('/v1/customers?') && reply.url().includes(part));
  const revenue = page.getByRole('columnheader', {name: t('customer.revenue')});
  await Promise.all([reread('sort=revenue&order=desc'), revenue.click()]);
  await page.locator('th[aria-sort=descending]').filter({hasText: t('customer.revenue')}).waitFor();
  await visitor.settled();
  const best = digits(await firstOf(page, 7).textContent());
  await Promise.all([reread('sort=revenue&order=asc'), revenue.click()]);
  await page.locator('th[aria-sort=ascending]').filter({hasText: t('customer.revenue')}).waitFor();
  await visitor.settled();
  assert.ok(digits(await firstOf(page, 7).textContent()) < best);

  await Promise.all([
    reread('stage%3A'),
    visitor.choose(t('customer.stage'), t('words.stage.churned')),
  ]);
  await visitor.see(t('set.stage', {stage: t('words.stage.churned')}));
  await visitor.settled();
  const churned = digits((await page.locator('.page-head .lead').textContent()).split('·')[0]);
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
  const timeline = page.getByRole('region', {name: t('customer.timeline')});
  await timeline.locator('ol.timeline li').first().waitFor();
  assert.match(await timeline.locator('ol.timeline').textContent(), /£/);
  await timeline.getByRole('checkbox', {name: t('words.timeline_kind.order')}).click();
  await page.waitForURL(/kinds=/);
  await visitor.settled();
  assert.equal(await timeline.getByText(t('words.timeline_kind.order'), {exact: true}).count(), 1);
}

export async function retentionTriangle(visitor) {
  const {page, t} = visitor;
  await visitor.go('retention');
  await page.locator('.ant-segmented-item').filter({hasText: t('retention.show_count')}).click();
  await page.waitForURL(/show=count/);
  await visitor.settled();
  const cell = page.locator('table.heat tbody tr').nth(0).locator('td').nth(3);
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
  await page.locator('main canvas').first().waitFor();
  await visitor.go('stages');
  await visitor.settled();
  const silent = page.getByRole('row').filter({hasText: t('words.stage.silent')}).first();
  const people = digits(await silent.getByRole('link').first().textContent());
  await silent.getByRole('link').first().click();
  await listHolds(visitor, people);
}

export async function rfmCell(visitor) {
  const {page, t} = visitor;
  await visitor.go('rfm');
  const square = page.locator('.rfm button').first();
  const people = digits(await square.locator('b').textContent());
  await square.click();
  const scores = page.locator('.ant-popover table tbody tr');
  await scores.first().waitFor();
  const counts = (await scores.getByRole('link').allTextContents()).map(digits);
  assert.equal(counts.reduce((sum, count) => sum + count, 0), people);
  await scores.getByRole('link').first().click();
  await listHolds(visitor, counts[0]);
  await page.locator('.filters').getByText(t('set.rfm', {scores: ''}).trim()).waitFor();
}
