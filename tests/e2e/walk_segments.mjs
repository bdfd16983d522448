// The path of somebody who makes segments: by hand, from a number, from a rule, and in questions.
import assert from 'node:assert/strict';

import {answered, chooseEvent, openBuilder, question} from './walk_insights.mjs';

const LIST = 'Reached 到达';
const RULE = 'Bought 买过';
const BUILT = 'Ordered 下过单';
const ONCE = 'Only one step 只有一步';
const ORDER = 'Order Completed';

const digits = (text) => Number(text.replace(/\D/g, ''));

// Chooses in a select whose options come with what is typed.
async function pickTyped(visitor, box, text) {
  await visitor.unfold(box);
  await box.fill(text);
  const options = await visitor.options(box);
  await options.filter({hasNotText: text}).first().waitFor({state: 'detached'});
  await options.filter({hasText: text}).first().click();
}

// A rule is written, shows its people and why somebody is among them, and is saved.
export async function built(visitor, {server}) {
  const {page, t} = visitor;
  await visitor.go('segments');
  await page.getByRole('main').getByText(t('segment.new'), {exact: true}).click();
  await visitor.title(t('segment.new'));
  const main = page.getByRole('main');
  await main.getByRole('textbox', {name: t('segment.name'), exact: true}).fill(BUILT);
  await pickTyped(visitor, main.getByRole('combobox', {name: t('ask.event'), exact: true}), ORDER);
  await visitor.settled();
  const {customers} = await server.api('GET', '/v1/customers?sort=revenue&limit=1');
  const who = customers[0].user_id;
  await pickTyped(
    visitor,
    main.getByRole('combobox', {name: t('segment.person'), exact: true}),
    who,
  );
  await visitor.see(t('segment.is_member'), true);
  assert.deepEqual(await visitor.faults(), []);
  await visitor.button('do.save').click();
  await visitor.title(BUILT);
  const {segments} = await server.api('GET', '/v1/segments');
  assert.ok(segments.find(({name}) => name === BUILT).people > 0);
}

// The people behind a number are kept as a list, which has as many members.
export async function numberIsKept(visitor, {server}) {
  const {page, t} = visitor;
  await openBuilder(visitor, 'paths');
  await visitor.choose(t('ask.range'), t('words.range.last_12_months'));
  await answered(visitor);
  await page.locator('.pane button.behind').first().click();
  const drawer = page.getByRole('dialog');
  const people = digits(await drawer.locator('b.grow').textContent());
  assert.ok(people > 0);
  await drawer.getByRole('button', {name: t('segment.save_as')}).click();
  const form = page.getByRole('dialog', {name: t('segment.save_as')});
  await form.getByLabel(t('segment.name'), {exact: true}).fill(LIST);
  // No funnel: it can only be a list, and the page says so.
  await visitor.see(t('words.no_rule.not_a_funnel'));
  assert.deepEqual(await visitor.faults(), []);
  await form.getByRole('button', {name: t('do.save'), exact: true}).click();
  await visitor.see(t('segment.saved', {name: LIST}));
  await drawer.getByRole('button', {name: t('answer.close_people')}).click();
  await drawer.first().waitFor({state: 'detached'});
  const {segments} = await server.api('GET', '/v1/segments');
  assert.equal(segments.find(({name}) => name === LIST).people, people);
}

// Who dropped out of a funnel is kept as a rule, because a rule can say it.
export async function funnelIsKept(visitor, {server}) {
  const {page, t} = visitor;
  await openBuilder(visitor, 'funnel');
  await chooseEvent(visitor, t('ask.step', {n: 1}), 'Order Line');
  await chooseEvent(visitor, t('ask.step', {n: 2}), ORDER);
  await visitor.choose(t('ask.range'), t('words.range.last_12_months'));
  await answered(visitor, 'analysis.funnel');
  await page.locator('table.steps tr').nth(1).locator('button.behind').first().click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('button', {name: t('segment.save_as')}).click();
  const form = page.getByRole('dialog', {name: t('segment.save_as')});
  await form.getByRole('radio', {name: t('segment.as_rule')}).waitFor();
  await visitor.see(t('segment.rule_range'), true);
  await form.getByLabel(t('segment.name'), {exact: true}).fill(ONCE);
  await form.getByRole('button', {name: t('do.save'), exact: true}).click();
  await visitor.see(t('segment.saved', {name: ONCE}));
  await drawer.getByRole('button', {name: t('answer.close_people')}).click();
  await drawer.first().waitFor({state: 'detached'});
  const {segments} = await server.api('GET', '/v1/segments');
  const made = segments.find(({name}) => name === ONCE);
  assert.equal(made.kind, 'dynamic');
  assert.ok(made.people > 0);
}

// A set that a rule can say is kept as a rule.
export async function stageIsKept(visitor, {server}) {
  const {page, t} = visitor;
  await visitor.go('customers');
  await visitor.choose(t('customer.stage'), t('words.stage.churned'));
  await visitor.button('segment.save_as').click();
  const form = page.getByRole('dialog');
  await form.getByLabel(t('segment.name'), {exact: true}).fill(RULE);
  await form.getByRole('button', {name: t('do.save'), exact: true}).click();
  await form.waitFor({state: 'detached'});
  await visitor.go('segments');
  await page.getByRole('main').getByRole('link', {name: RULE, exact: true}).click();
  await visitor.title(RULE);
  const {segments} = await server.api('GET', '/v1/segments');
  const made = segments.find(({name}) => name === RULE);
  assert.equal(made.kind, 'dynamic');
  const churned = (await server.api('GET', '/v1/customers?set=stage:churned&limit=1')).total;
  assert.equal(made.people, churned);
}

// A question about the members of a segment, split by segments.
export async function segmentInAQuestion(visitor) {
  const {page, t} = visitor;
  await openBuilder(visitor, 'trends');
  await chooseEvent(visitor, t('ask.event'), ORDER);
  await visitor.choose(t('ask.range'), t('words.range.last_12_months'));
  await visitor.choose(t('ask.by'), t('words.units.month'));
  await question(visitor)
    .getByRole('button', {name: `+ ${t('ask.set_condition')}`, exact: true})
    .click();
  await visitor.choose(t('ask.set'), RULE);
  await answered(visitor);
  await visitor.choose(t('ask.breakdown'), t('words.breakdown.sets'));
  const sets = question(visitor).getByRole('combobox', {name: t('ask.set'), exact: true}).nth(1);
  await visitor.unfold(sets);
  await (await visitor.options(sets)).filter({hasText: LIST}).first().click();
  await page.keyboard.press('Escape');
  await answered(visitor);
}
