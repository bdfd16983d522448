// The path of somebody who sets a programme up: its terms, a rule, the levels, and points that a
// second person has to agree to.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';

import {until} from './perennial.mjs';
import {claim} from './walk_begin.mjs';

const MEMBERS = '/v1/loyalty/programmes/members';
const CLUB = 'Club 俱乐部';
const MEMBER_NAME = '会员 Membership';
const RULE = 'Big orders 大单';
const LIMIT = 400;
const GIVEN = 500;
const SECONDS = 60;

// The fault that stands at a field.
const fault = ({page}, at) => page.locator(`[data-fault="${at}"]`);

async function number(visitor, name, value) {
  const box = visitor.page.getByRole('spinbutton', {name, exact: true});
  await box.fill(String(value));
  await box.press('Tab');
}

// A programme's terms are changed; what is missing is said at its field.
export async function settings(visitor, {server}) {
  const {page, t} = visitor;
  await page
    .getByRole('navigation')
    .getByRole('link', {name: t('nav.loyalty'), exact: true})
    .click();
  await page.getByRole('link', {name: t('programme.title'), exact: true}).click();
  await visitor.title(t('programme.title'));
  const name = page.getByRole('textbox', {name: t('programme.name'), exact: true});
  const called = await name.inputValue();
  await name.fill('');
  await visitor.button('do.save').click();
  await fault(visitor, 'name').getByText(t('fault.needed')).waitFor();
  assert.deepEqual(await visitor.faults(), []);
  await name.fill(called);
  await number(visitor, t('programme.approval_limit'), LIMIT);
  await number(visitor, t('programme.hold'), 45);
  await visitor.button('do.save').click();
  await visitor.title(called);
  const saved = await server.api('GET', MEMBERS);
  assert.deepEqual([saved.approval_limit, saved.hold_seconds], [LIMIT, 45 * 60]);
  assert.equal(saved.currencies.length, 2);
}

// Chooses in a menu that opens below a button.
async function choose(visitor, button, option) {
  const {page, t} = visitor;
  await page.getByRole('button', {name: `+ ${t(button)}`, exact: true}).click();
  await page.getByRole('menuitem', {name: option, exact: true}).click();
}

// A rule is made of its parts, read as a sentence, tried on the past and saved.
export async function rule(visitor, {server}) {
  const {page, t} = visitor;
  await page.getByRole('link', {name: t('rule_form.new'), exact: true}).click();
  await visitor.see(t('rule_form.choose'));
  assert.deepEqual(await visitor.faults(), []);
  await visitor.button('rule_form.empty').click();
  const name = page.getByRole('textbox', {name: t('proof.name'), exact: true});
  await name.waitFor();
  await page.getByRole('button', {name: `+ ${t('ask.condition')}`, exact: true}).click();
  await visitor.button('do.save').click();
  await fault(visitor, 'name').waitFor();
  await fault(visitor, 'when.0').waitFor();
  await name.fill(RULE);
  await page.getByRole('combobox', {name: t('ask.property'), exact: true}).fill('total');
  await visitor.choose(t('ask.op'), t('words.rule_op.gte'));
  await number(visitor, t('ask.value'), 50);
  await visitor.choose(t('loyalty.amount_kind'), t('words.amount_kind.per_money'));
  await number(visitor, t('loyalty.points'), 2);
  await choose(visitor, 'rule_form.multiplier', t('words.multiplier.first_order'));
  await number(visitor, t('rule_form.multiplier_times', {n: '1'}), 1.5);
  await choose(visitor, 'rule_form.multiplier', t('words.multiplier.level'));
  await visitor.choose(t('rule_form.stacking'), t('words.stacking.best'));
  await page.getByRole('button', {name: `+ ${t('rule_form.cap')}`, exact: true}).click();
  await visitor.choose(t('rule_form.cap_every', {n: '1'}), t('words.cap_every.month'));
  await visitor.choose(t('rule_form.cap_of', {n: '1'}), t('words.cap_scope.programme'));
  await number(visitor, t('loyalty.delay_days'), 14);
  const sentence = await page.locator('.in-words').textContent();
  for (const part of ['Order Completed', 'total ≥ 50', '1.5', '100', '14'])
    assert.ok(sentence.includes(part), sentence);
  await visitor.button('loyalty.dry_do').click();
  await page.getByRole('columnheader', {name: t('loyalty.would_be'), exact: true}).waitFor();
  await page.getByRole('columnheader', {name: t('dry.liability_after'), exact: true}).waitFor();
  assert.deepEqual(await visitor.faults(), []);
  await visitor.button('do.save').click();
  await page.getByRole('link', {name: RULE, exact: true}).waitFor();
  const {rules} = await server.api('GET', `${MEMBERS}/rules`);
  const saved = rules.find((one) => one.name === RULE);
  assert.deepEqual(saved.when, [{property: 'total', op: 'gte', value: 50}]);
  assert.deepEqual(
    saved.multipliers.map(({kind, percent}) => [kind, percent]),
    [
      ['first_order', 150],
      ['level', 100],
    ],
  );
  assert.deepEqual(saved.caps, [
    {points: 100, every: 'month', whole_programme: true, everybody: false},
  ]);
  assert.deepEqual([saved.version, saved.stacking, saved.delay_days], [1, 'best', 14]);
}

// The next version of a rule: a mission now, whose parts that were not touched stay.
export async function ruleChanged(visitor, {server}) {
  const {page, t} = visitor;
  await page.getByRole('link', {name: RULE, exact: true}).click();
  await visitor.title(RULE);
  await page.getByRole('radio', {name: t('rule_form.by_tasks'), exact: true}).check();
  await page.getByRole('button', {name: `+ ${t('rule_form.task')}`, exact: true}).click();
  await page
    .getByRole('combobox', {name: t('rule_form.task_event', {n: '2'}), exact: true})
    .fill('Product Reviewed');
  await number(visitor, t('rule_form.task_times', {n: '2'}), 3);
  await visitor.choose(t('rule_form.mission_every'), t('words.mission_every.month'));
  await visitor.choose(t('loyalty.amount_kind'), t('words.amount_kind.fixed'));
  const sentence = await page.locator('.in-words').textContent();
  assert.ok(sentence.includes('Product Reviewed'), sentence);
  assert.deepEqual(await visitor.faults(), []);
  await visitor.button('loyalty.save_version', {version: '2'}).click();
  await visitor.see(t('loyalty.outstanding'));
  const {rules} = await server.api('GET', `${MEMBERS}/rules`);
  const saved = rules.find((one) => one.name === RULE);
  assert.deepEqual([saved.version, saved.event, saved.mission_every], [2, '', 'month']);
  assert.deepEqual(
    saved.tasks.map(({event, times, when}) => [event, times, when.length]),
    [
      ['Order Completed', 1, 1],
      ['Product Reviewed', 3, 0],
    ],
  );
  assert.equal(saved.caps.length, 1);
}

// A level is added, named, given something and put below another; one is taken away.
export async function levels(visitor, {server}) {
  const {page, t} = visitor;
  const section = page.getByRole('region', {name: t('loyalty.levels'), exact: true});
  await section.getByRole('link', {name: t('do.edit'), exact: true}).click();
  await visitor.title(t('loyalty.levels'));
  const before = await server.api('GET', `${MEMBERS}/levels`);
  await page.getByRole('button', {name: `+ ${t('levels_form.level')}`, exact: true}).click();
  await visitor.button('do.save').click();
  await fault(visitor, 'levels.4.name').waitFor();
  await page
    .getByRole('textbox', {name: t('levels_form.name_of', {n: '5'}), exact: true})
    .fill('Platinum 白金');
  await visitor.choose(
    `Platinum 白金: ${t('loyalty.privileges')}`,
    t('words.privilege.free_shipping'),
  );
  await page.keyboard.press('Escape');
  await visitor.button('levels_form.lower', {level: 'Platinum 白金'}).click();
  const silver = before.levels[2].name;
  await visitor.button('levels_form.remove', {level: silver}).click();
  if (before.levels[2].people > 0) {
    await page
      .locator('.ant-popconfirm')
      .getByRole('button', {name: t('levels_form.remove_do'), exact: true})
      .click();
  }
  await page
    .getByRole('textbox', {name: t('levels_form.name_of', {n: '5'}), exact: true})
    .waitFor({state: 'detached'});
  const gold = before.levels[3].name;
  await number(visitor, t('birthday_gift.points_of', {level: gold}), 300);
  if (before.levels[2].people > 0) {
    // Who was silver would be in another level, and has a file.
    await visitor.button('loyalty.dry_do').click();
    const whom = page.locator('.moved');
    await whom.getByRole('button', {name: t('dry.who'), exact: true}).first().click();
    assert.match(
      await whom.locator('li li').first().getByRole('link').getAttribute('href'),
      /^\/customers\/\d+$/,
    );
  }
  assert.deepEqual(await visitor.faults(), []);
  await visitor.button('do.save').click();
  await visitor.see(t('loyalty.outstanding'));
  const lookedBack = async () =>
    (await server.api('GET', `${MEMBERS}/rules`)).looking_back === null;
  await until(lookedBack, SECONDS, 'everybody to be looked at again');
  const {levels: saved} = await server.api('GET', `${MEMBERS}/levels`);
  assert.deepEqual(
    saved.map(({name, threshold}) => [name, threshold]),
    [
      [before.levels[0].name, 0],
      [before.levels[1].name, before.levels[1].threshold],
      ['Platinum 白金', before.levels[3].threshold],
      [before.levels[3].name, 2 * before.levels[3].threshold],
    ],
  );
  assert.deepEqual(saved[2].privileges, {free_shipping: true});
  assert.equal(saved[3].privileges.priority_sla, true);
  const {from, ...gift} = saved[3].privileges.birthday_gift;
  assert.ok(Date.parse(from) > 0);
  assert.deepEqual(gift, {kind: 'points', points: 300, expires_in_days: 30});
}

// Another programme is set up by hand, and begins with the levels of the preset.
export async function another(visitor, {server}) {
  const {page, t} = visitor;
  await page.getByRole('link', {name: t('programme.title'), exact: true}).click();
  await page.getByRole('link', {name: t('programme.another'), exact: true}).click();
  await visitor.title(t('programme.new'));
  await visitor.button('do.save').click();
  await fault(visitor, 'id').getByText(t('fault.word')).waitFor();
  await page.getByRole('textbox', {name: t('programme.id'), exact: true}).fill('vip-club');
  await page.getByRole('textbox', {name: t('programme.name'), exact: true}).fill(CLUB);
  await page.getByRole('button', {name: `+ ${t('programme.currency')}`, exact: true}).click();
  await page
    .getByRole('textbox', {name: `points-3: ${t('programme.currency_name')}`, exact: true})
    .fill('Miles 里程');
  await number(visitor, `Miles 里程: ${t('programme.cost')}`, 2.5);
  await visitor.choose(`Miles 里程: ${t('programme.expiry')}`, t('words.expiry_kind.days'));
  await number(visitor, `Miles 里程: ${t('programme.expiry_days')}`, 90);
  assert.deepEqual(await visitor.faults(), []);
  await visitor.button('do.save').click();
  await visitor.title(CLUB);
  const {currencies} = await server.api('GET', '/v1/loyalty/programmes/vip-club');
  const miles = currencies.find(({code}) => code === 'points-3');
  assert.deepEqual(miles.expiry, {kind: 'days', days: 90});
  assert.equal(miles.cost_minor_per_1000, 250);
  await visitor.see(t('rule_form.none'));
  await page
    .getByRole('region', {name: t('loyalty.levels'), exact: true})
    .getByRole('link', {name: t('do.edit'), exact: true})
    .click();
  await visitor.button('levels_form.from_preset').click();
  await page
    .getByRole('textbox', {name: t('levels_form.name_of', {n: '4'}), exact: true})
    .waitFor();
  await visitor.choose(t('levels_form.measure'), t('words.level_measure.spend'));
  await visitor.button('do.save').click();
  await visitor.title(CLUB);
  const saved = await server.api('GET', '/v1/loyalty/programmes/vip-club/levels');
  assert.deepEqual([saved.measure, saved.levels[1].threshold], ['spend', 50_000]);
  await visitor.choose(t('programme.switch'), MEMBER_NAME);
  await visitor.title(MEMBER_NAME);
}

// Gift cards worth more than the limit are made when somebody else agrees, who gets their codes.
async function cardsOfTwo(visitor, second, approve) {
  const {page, t} = visitor;
  await visitor.go('gift_cards');
  await page.getByLabel(t('coupon.name'), {exact: true}).fill('Two 两人');
  await visitor.button('gift.make').click();
  await visitor.see(t('approval.waits'));
  assert.deepEqual(await visitor.faults(), []);
  const [file] = await Promise.all([
    second.page.waitForEvent('download'),
    approve(second, 'Two 两人'),
  ]);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/);
  assert.equal(lines.length, 11);
}

// More than one person may give alone waits; who asked cannot agree, somebody else can.
export async function fourEyes(visitor, {server}) {
  const {page, t} = visitor;
  const {customers} = await server.api('GET', '/v1/customers?sort=revenue&limit=1');
  const member = customers[0].id;
  const points = async () => {
    const {balances} = await server.api('GET', `${MEMBERS}/people/${member}`);
    return balances[0].available ?? balances[0].balance;
  };
  const had = await points();
  await page.goto(`${server.origin}/loyalty/people/${member}`);
  await visitor.title(t('loyalty.points_of', {id: member}));
  await number(visitor, t('loyalty.points'), GIVEN);
  await page.getByRole('textbox', {name: t('loyalty.reason'), exact: true}).fill('Sorry 致歉');
  await visitor.button('loyalty.adjust').click();
  await visitor.see(t('loyalty.waits'));
  assert.equal(await points(), had);
  const approve = async (who, text = 'Sorry 致歉') => {
    await who.page.goto(`${server.origin}/loyalty/approvals`);
    const row = who.page.getByRole('row').filter({hasText: text});
    await row.getByRole('button', {name: t('approval.approve'), exact: true}).click();
    await who.page
      .locator('.ant-popconfirm')
      .getByRole('button', {name: t('approval.approve'), exact: true})
      .click();
    return row;
  };
  const [waiting] = (await server.api('GET', `${MEMBERS}/approvals?state=waiting`)).approvals;
  visitor.expected.push(`403 POST ${MEMBERS}/approvals/${encodeURIComponent(waiting.id)}`);
  await approve(visitor);
  await page.getByRole('alert').first().waitFor();
  assert.equal(await points(), had);
  const {link} = await server.api('POST', '/v1/users', {
    email: 'second@shop.example',
    role: 'administrator',
  });
  const second = await visitor.beside();
  await claim(second, {server}, server.origin + link);
  const row = await approve(second);
  await row.waitFor({state: 'detached'});
  await cardsOfTwo(visitor, second, approve);
  second.allWell();
  await second.page.context().close();
  assert.equal(await points(), had + GIVEN);
}

// What was given by hand is found over everybody, with both sides of its entry.
export async function ledger(visitor) {
  const {page, t} = visitor;
  await visitor.go('ledger');
  await page.getByRole('row').nth(5).waitFor();
  const form = page.getByRole('form', {name: t('ledger.search'), exact: true});
  await form.getByRole('combobox', {name: t('ledger.kinds'), exact: true}).click();
  await page
    .locator('.ant-select-item-option')
    .getByText(t('words.posting_kind.adjust'), {exact: true})
    .click();
  await page.keyboard.press('Escape');
  await number(visitor, t('ledger.min'), GIVEN);
  await visitor.button('do.search').click();
  const row = page.getByRole('row').filter({hasText: 'Sorry 致歉'});
  const alone = async () => (await page.getByRole('row').count()) === 2;
  await until(alone, SECONDS, 'the one posting that is meant');
  await row.waitFor();
  assert.match(page.url(), /kind=adjust/);
  await row.getByRole('button').click();
  const sum = String(GIVEN);
  await visitor.see(
    `${t('ledger.sums', {debits: sum, credits: sum})} ${t('loyalty.balances')}`,
  );
  assert.deepEqual(await visitor.faults(), []);
  const file = page.getByRole('link', {name: t('do.csv'), exact: true});
  assert.match(await file.getAttribute('href'), /postings\.csv\?kind=adjust&min=500$/);
  await row.getByRole('link').click();
  await visitor.see(t('loyalty.statement'));
}

// What an order would earn somebody and what their points could pay of it, with the reasons.
export async function quote(visitor, {server}) {
  const {page, t} = visitor;
  const {customers} = await server.api('GET', '/v1/customers?sort=revenue&limit=1');
  await page.goto(`${server.origin}/loyalty/people/${customers[0].id}`);
  await visitor.title(t('loyalty.points_of', {id: customers[0].id}));
  const section = page.getByRole('region', {name: t('quote.title'), exact: true});
  await number(visitor, t('quote.amount'), 250);
  await section.getByRole('button', {name: t('quote.do'), exact: true}).click();
  await section.getByRole('heading', {name: t('quote.spends'), exact: true}).waitFor();
  const cart = {person: customers[0].id, amount_minor: 250_00, items: 1};
  const asked = await server.api('POST', `${MEMBERS}/quote`, cart);
  for (const one of [...asked.earns, ...asked.nothing])
    await section.getByText(one.name, {exact: true}).first().waitFor();
  for (const one of asked.nothing) {
    const why = t(`words.quote_reason.${one.reason}`, {where: one.where});
    await section.getByText(t('quote.gives_nothing', {why})).first().waitFor();
  }
  assert.equal(
    await section.locator('.quoted li').count(),
    asked.spends.reduce((sum, {lots}) => sum + lots.length, 0),
  );
  assert.deepEqual(await visitor.faults(), []);
}
