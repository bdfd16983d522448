// The path of somebody who runs a second programme, and of a rule that has every part.
import assert from 'node:assert/strict';

const MEMBERS = '/v1/loyalty/programmes/members';
const CLUB = '/v1/loyalty/programmes/vip-club';
const CLUB_NAME = 'Club 俱乐部';
const MUG = 'Club mug 杯子';
const WHOLE = 'Every part 全部';
const SEASON = {from: '2000-01-01T00:00:00Z', to: '2099-01-01T00:00:00Z'};
const THINGS = ['rewards', 'coupons', 'prices', 'gift_cards', 'draws'];
const PAGES = [...THINGS, 'referral', 'loyalty_finance'];

const address = ({page}) => new URL(page.url()).searchParams.get('programme');
const chosen = ({page, t}) =>
  page.locator('.ant-select', {
    has: page.getByRole('combobox', {name: t('programme.switch'), exact: true}),
  });

// Chosen once, the programme stays chosen from page to page.
async function everyPageIsOfTheClub(visitor) {
  const {page, t} = visitor;
  await visitor.go('rewards');
  await visitor.choose(t('programme.switch'), CLUB_NAME);
  for (const name of PAGES) {
    await visitor.go(name);
    assert.equal(address(visitor), 'vip-club');
    await chosen(visitor).getByText(CLUB_NAME, {exact: true}).first().waitFor();
  }
  // The club has three kinds of points, and the page of finance offers its own.
  const kinds = page.getByRole('combobox', {name: t('loyalty.currency'), exact: true});
  await visitor.unfold(kinds);
  await (await visitor.options(kinds)).getByText('Miles 里程', {exact: true}).click();
  await page.waitForURL(/currency=points-3/);
  await visitor.settled();
  // Another programme has other kinds: the address does not keep this one's.
  await visitor.choose(t('programme.switch'), '会员 Membership');
  await page.waitForURL((url) => !url.searchParams.has('currency'));
  await visitor.settled();
}

async function day(visitor, name, value) {
  const box = visitor.page.getByPlaceholder(visitor.t(name), {exact: true});
  await box.fill(value);
  await box.press('Enter');
}

// What is missing is said; an emptied number is none; two clicks make one reward, in the club.
async function aRewardIsMadeOnce(visitor, server) {
  const {page, t} = visitor;
  await visitor.go('rewards');
  await visitor.choose(t('programme.switch'), CLUB_NAME);
  await page.getByRole('link', {name: t('reward.new'), exact: true}).click();
  const price = page.getByRole('spinbutton', {name: t('reward.points'), exact: true});
  await price.fill('');
  await visitor.button('do.save').click();
  for (const at of ['name', 'from', 'to'])
    await page.locator(`[data-fault="${at}"]`).getByText(t('fault.needed')).waitFor();
  assert.equal(await page.getByText(t('fault.needed'), {exact: true}).count(), 4);
  assert.equal(await price.inputValue(), '');
  assert.deepEqual((await server.api('GET', `${CLUB}/rewards`)).rewards, []);
  assert.deepEqual(await visitor.faults(), []);
  await page.getByRole('textbox', {name: t('coupon.name'), exact: true}).fill(MUG);
  await day(visitor, 'coupon.from_day', '2020-01-01 00:00:00');
  await day(visitor, 'coupon.to_day', '2098-01-01 00:00:00');
  await price.fill('75');
  await visitor.button('do.save').dblclick();
  await page.getByRole('link', {name: MUG, exact: true}).waitFor();
  const {rewards} = await server.api('GET', `${CLUB}/rewards`);
  assert.deepEqual(
    rewards.map(({name, points, revision}) => [name, points, revision]),
    [[MUG, 75, 1]],
  );
  const others = (await server.api('GET', `${MEMBERS}/rewards`)).rewards;
  assert.ok(others.every(({name}) => name !== MUG));
}

// A name that is not there shows no other programme in its place.
async function noOtherInItsPlace(visitor, server) {
  const {page, t} = visitor;
  await page.goto(`${server.origin}/loyalty/levels?programme=gone`);
  await visitor.see(t('programme.not_there', {id: 'gone'}));
  assert.equal(await visitor.button('do.save').count(), 0);
  assert.deepEqual(await visitor.faults(), []);
}

export async function second(visitor, {server}) {
  await everyPageIsOfTheClub(visitor);
  await aRewardIsMadeOnce(visitor, server);
  await noOtherInItsPlace(visitor, server);
}

// Every part that a rule can have, of every kind.
const whole = (segment) => ({
  name: WHOLE,
  enabled: true,
  event: 'Order Completed',
  when: [
    {property: 'total', op: 'gte', value: 12.5},
    {property: 'shop', op: 'in', value: ['north', '7']},
    {property: 'items', op: 'in', value: [1, 2]},
    {property: 'gift', op: 'eq', value: false},
    {property: 'order_id', op: 'exists'},
    {property: 'channel', op: 'ne', value: '3'},
  ],
  once_per: 'order_id',
  amount: {
    kind: 'tiered',
    rounding: 'nearest',
    tiers: [
      {from_minor: 0, points: 1, per_minor: 150},
      {from_minor: 20_000, points: 300},
    ],
  },
  multipliers: [
    {kind: 'trait', percent: 125, trait: 'seats', value: 7},
    {kind: 'birthday_month', percent: 300, trait: 'birthday'},
    {kind: 'window', percent: 150, ...SEASON},
    {kind: 'first_order', percent: 200},
    {kind: 'segment', percent: 110, segment},
  ],
  stacking: 'add',
  caps: [
    {points: 500, every: 'month', whole_programme: false, everybody: true},
    {times: 3, every: 'day', whole_programme: true, everybody: false},
  ],
  streak: [{days: 7, points: 20}],
  streak_cycle: 30,
  makeup_event: 'Day Made Up',
  makeups_per_month: 2,
  currency: 'points',
  delay_days: 14,
  expires_in_days: 90,
});
const mission = () => ({
  name: `${WHOLE} mission`,
  enabled: false,
  event: '',
  tasks: [
    {event: 'A', times: 2, when: [{property: 'total', op: 'lte', value: 5}]},
    {event: 'B', times: 1, when: [{property: 'vip', op: 'eq', value: true}]},
  ],
  mission_every: 'week',
  amount: {kind: 'per_money', points: 3, per_minor: 250, rounding: 'up'},
  multipliers: [{kind: 'level', percent: 100}],
  stacking: 'best',
  caps: [{points: 10, times: 1, every: 'total', whole_programme: false, everybody: false}],
  currency: 'growth',
});

// Opened, renamed and saved, a rule is what it was but for its name.
async function onlyTheNameChanges(visitor, server, id, rule) {
  const {page, t} = visitor;
  await server.api('PUT', `${MEMBERS}/rules/${id}`, {...rule, id});
  const read = async () =>
    (await server.api('GET', `${MEMBERS}/rules`)).rules.find((one) => one.id === id);
  const {from: _begun, version, name, ...before} = await read();
  await page.goto(`${server.origin}/loyalty/rules/${id}?programme=members`);
  await visitor.title(name);
  await visitor.settled();
  // Looking at the other way of setting it off, and back, loses nothing.
  const byTasks = page.getByRole('radio', {name: t('rule_form.by_tasks'), exact: true});
  const byEvent = page.getByRole('radio', {name: t('rule_form.by_event'), exact: true});
  await (rule.event ? byTasks : byEvent).check();
  await (rule.event ? byEvent : byTasks).check();
  await page.getByRole('textbox', {name: t('proof.name'), exact: true}).fill(`${name} 2`);
  assert.deepEqual(await visitor.faults(), []);
  await visitor.button('loyalty.save_version', {version: version + 1}).click();
  await visitor.see(t('loyalty.outstanding'));
  const {from: _now, version: next, name: called, ...after} = await read();
  assert.deepEqual([next, called], [version + 1, `${name} 2`]);
  assert.deepEqual(after, before);
}

// A trait is compared with a value of its own type, and an emptied box is not saved as none.
async function valuesHaveTypes(visitor, server) {
  const {page, t} = visitor;
  await page.goto(`${server.origin}/loyalty/rules/whole?programme=members`);
  await visitor.settled();
  const label = t('rule_form.trait_value');
  const value = page.getByRole('spinbutton', {name: label, exact: true});
  assert.equal(await value.inputValue(), '7');
  await value.fill('');
  await page.getByRole('button', {name: t('loyalty.save_version', {version: 3})}).click();
  await page.getByText(t('fault.needed'), {exact: true}).waitFor();
  await value.fill('8');
  await page.getByText(t('fault.needed'), {exact: true}).waitFor({state: 'detached'});
  const of = async () => {
    const {rules} = await server.api('GET', `${MEMBERS}/rules`);
    return rules.find(({id}) => id === 'whole').multipliers[0].value;
  };
  assert.equal(await of(), 7);
  await visitor.button('loyalty.save_version', {version: 3}).click();
  await visitor.see(t('loyalty.outstanding'));
  assert.equal(await of(), 8);
  await page.goto(`${server.origin}/loyalty/rules/whole?programme=members`);
  await visitor.settled();
  await visitor.choose(`${label}: ${t('rule_form.value_kind')}`, t('words.value_kind.text'));
  await visitor.button('loyalty.save_version', {version: 4}).click();
  await visitor.see(t('loyalty.outstanding'));
  assert.equal(await of(), '8');
}

export async function everyPart(visitor, {server}) {
  const {segments} = await server.api('GET', '/v1/segments');
  await onlyTheNameChanges(visitor, server, 'whole', whole(segments[0].id));
  await onlyTheNameChanges(visitor, server, 'whole-mission', mission());
  await valuesHaveTypes(visitor, server);
  for (const id of ['whole', 'whole-mission']) {
    const rule = (await server.api('GET', `${MEMBERS}/rules`)).rules.find((one) => one.id === id);
    await server.api('PUT', `${MEMBERS}/rules/${id}`, {...rule, enabled: false, from: null});
  }
}
