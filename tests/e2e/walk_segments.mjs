// The path of somebody who makes segments: from a number, from a rule, and in questions.
import assert from 'node:assert/strict';

import {answered, chooseEvent, openBuilder, question} from './walk_insights.mjs';

const LIST = 'Reached 到达';
const RULE = 'Bought 买过';
const ORDER = 'Order Completed';

const digits = (text) => Number(text.replace(/\D/g, ''));

// The people behind a number are kept as a list, which has as many members.
export async function numberIsKept(visitor, {server}) {
  const {page, t} = visitor;
  await openBuilder(visitor, 'lifecycle');
  await chooseEvent(visitor, t('ask.event'), ORDER);
  await answered(visitor);
  const number = page.locator('.pane button.behind').filter({hasText: /[1-9]/}).first();
  const people = digits(await number.textContent());
  await number.click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('button', {name: t('segment.save_as')}).click();
  const form = page.getByRole('dialog', {name: t('segment.save_as')});
  await form.getByLabel(t('segment.name'), {exact: true}).fill(LIST);
  assert.deepEqual(await visitor.faults(), []);
  await form.getByRole('button', {name: t('do.save'), exact: true}).click();
  await visitor.see(t('segment.saved', {name: LIST}));
  await drawer.getByRole('button', {name: t('answer.close_people')}).click();
  await drawer.first().waitFor({state: 'detached'});
  const {segments} = await server.api('GET', '/v1/segments');
  assert.equal(segments.find(({name}) => name === LIST).people, people);
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
  // The segment is called by its name, not by its id.
  await page.locator('.pane').getByText(LIST).first().waitFor();
}

export async function segmentPages(server) {
  const {segments} = await server.api('GET', '/v1/segments');
  const rule = segments.find(({kind}) => kind === 'dynamic');
  return [
    '/segments',
    '/segments/new',
    ...segments.map(({id}) => `/segments/${id}`),
    ...(rule ? [`/segments/${rule.id}/edit`] : []),
  ];
}
