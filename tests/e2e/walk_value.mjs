// What customers are worth, who may leave and what is done about it: every figure is drawn, says
// what the API says, and opens its people.
import assert from 'node:assert/strict';

const digits = (text) => Number(text.replace(/\D/g, ''));

// A drawn chart has lines or areas of its own, not axes alone.
export async function drawn(visitor, label) {
  await visitor.still();
  const figure = visitor.page.locator('main').getByRole('img', {name: label, exact: false}).first();
  await figure.waitFor();
  await figure.locator('path, polyline, circle').first().waitFor({state: 'attached'});
}

// The list that a number opens has as many people as it said.
export async function opens(visitor, link) {
  const n = digits(await link.textContent());
  assert.ok(n > 0);
  await link.click();
  await visitor.title(visitor.t('nav.customers'));
  await visitor.see(visitor.number(n));
  await visitor.page.goBack();
  await visitor.settled();
}

export async function rfm(visitor) {
  const {page} = visitor;
  await visitor.go('rfm');
  await visitor.settled();
  assert.ok((await page.locator('.rfm button').count()) > 5);
  await visitor.picture('rfm');
  await page.locator('.rfm button').last().click();
  const scores = page.locator('.ant-popover table tbody tr');
  await scores.first().waitFor();
  await visitor.still();
  await opens(visitor, scores.getByRole('link').first());
}

export async function stageFlow(visitor) {
  const {page, t} = visitor;
  await visitor.go('stages');
  await visitor.settled();
  const figure = page.locator('figure').filter({hasText: t('stages.flow_in', {month: '2025-06'})});
  await figure.locator('[role=img] svg path').first().waitFor({state: 'attached'});
  await visitor.still();
  await visitor.picture('stages');
  await figure.locator('.ant-segmented-item').last().click();
  await opens(visitor, figure.getByRole('table').getByRole('link').first());
}

export async function lifetimeValue(visitor, {server}) {
  const {page, t} = visitor;
  const {model, scores} = await server.api('GET', '/v1/value/clv');
  assert.deepEqual(model.faults, []);
  await visitor.go('value');
  await drawn(visitor, t('clv.distribution'));
  await visitor.picture('clv');
  await visitor.see(visitor.number(scores.customers));
  await page.getByRole('tab', {name: t('clv.tab_card'), exact: true}).click();
  await drawn(visitor, t('clv.tracking'));
  await visitor.see(t('clv.parameters'));
  await visitor.picture('clv-card');
  const section = page.getByRole('region', {name: t('clv.by_repeats')});
  await opens(visitor, section.getByRole('link').first());
}

// The best-known at risk are put on a list: the number is confirmed, and each has it on the file.
export async function risk(visitor, {server}) {
  const {page, t, language} = visitor;
  await visitor.go('risk');
  await visitor.settled();
  const list = page.getByRole('region', {name: t('risk.list')});
  const rows = list.locator('tbody tr');
  assert.ok((await rows.count()) > 5);
  const reasons = await rows.first().locator('td').last().textContent();
  assert.ok(reasons.trim().length > 3, 'somebody at risk has a reason');
  await visitor.picture('risk');
  for (const n of [0, 1]) await rows.nth(n).getByRole('checkbox').click();
  await list.getByRole('button', {name: t('act.on_other', {n: 2})}).click();
  await page.getByRole('menuitem', {name: t('act.list'), exact: true}).click();
  const dialog = page.getByRole('dialog');
  await visitor.choose(t('act.which_list'), t('act.new_list'));
  await dialog.getByLabel(t('act.list_name')).fill(`At risk ${language}`);
  await dialog.getByRole('button', {name: t('act.confirm_other', {n: 2})}).click();
  await dialog.getByText(t('act.done_other', {n: 2})).waitFor();
  await visitor.picture('risk-done');
  await dialog.getByRole('button', {name: t('do.close')}).last().click();
  const {segments} = await server.api('GET', '/v1/segments');
  assert.equal(segments.find(({name}) => name === `At risk ${language}`).people, 2);
  await rows.first().getByRole('link').first().click();
  await visitor.see('Action Taken');
  await visitor.page.goBack();
  await visitor.settled();
}

// A coupon to a whole band, the one of most people: those held out of the programme get none, and a
// band of one or two may be theirs alone.
export async function coupons(visitor) {
  const {page, t} = visitor;
  await visitor.go('risk');
  await visitor.settled();
  const bands = page.getByRole('region', {name: t('risk.bands')});
  await bands.getByRole('button').last().click();
  await page.getByRole('menuitem', {name: t('act.coupon'), exact: true}).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox').first().waitFor();
  await visitor.unfold(dialog.getByRole('combobox').first());
  await (await visitor.options(dialog.getByRole('combobox').first())).first().click();
  await visitor.unfold(dialog.getByRole('combobox').last());
  await (await visitor.options(dialog.getByRole('combobox').last())).first().click();
  await dialog.getByRole('status').waitFor();
  await dialog.locator('.ant-modal-footer .ant-btn-primary').click();
  await dialog.getByRole('alert').waitFor();
  await dialog.locator('.ant-modal-footer .ant-btn-primary').click();
}
