// The path of somebody who asks: every kind of question built by hand, people behind a number, what
// can be taken away, a report, its dashboard and its public link, and a question that is stopped.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';

const REPORT = 'Buyers 买家';
const BOARD = 'Monday 周一';
const LINE = 'Order Line';
const ORDER = 'Order Completed';

export const question = (visitor) =>
  visitor.page.getByRole('form', {name: visitor.t('ask.question')});

export async function openBuilder(visitor, analysis) {
  const {page, t} = visitor;
  await page.getByRole('link', {name: t('nav.insights'), exact: true}).first().click();
  await visitor.title(t('nav.insights'));
  await page.getByRole('main').getByRole('link', {name: t(`analysis.${analysis}`)}).click();
  await visitor.title(t(`analysis.${analysis}`));
}

// Chooses the n-th event that the question still or already names.
export async function chooseEvent(visitor, name, event, nth = 0) {
  const box = question(visitor).getByRole('combobox', {name, exact: true}).nth(nth);
  await visitor.unfold(box);
  await box.fill(event);
  const options = await visitor.options(box);
  // Until what is looked for has come, the list is that of before.
  await options.filter({hasNotText: event}).first().waitFor({state: 'detached'});
  await options.filter({hasText: event}).first().click();
}

// The answer is there, belongs to the question and says what it cost.
export async function answered(visitor, figure) {
  const {page, t} = visitor;
  const pane = page.locator('.pane');
  await pane.locator('footer.cost').waitFor();
  await visitor.settled();
  await pane.locator('.stale').waitFor({state: 'detached'});
  assert.equal(await pane.getByRole('alert').count(), 0);
  if (figure) await pane.getByRole('heading', {level: 2, name: t(figure)}).first().waitFor();
}

const event = (visitor) => visitor.t('ask.event');

// What is chosen for each kind; the rest of the question stays as it is offered.
const BUILD = {
  async trends(visitor) {
    const {t} = visitor;
    await chooseEvent(visitor, event(visitor), LINE);
    await visitor.choose(t('ask.range'), t('words.range.last_12_months'));
    await visitor.choose(t('ask.by'), t('words.units.month'));
    await visitor.choose(t('ask.compare'), t('words.compare.previous'));
  },
  async funnel(visitor) {
    const {t} = visitor;
    await chooseEvent(visitor, t('ask.step', {n: 1}), ORDER);
    await chooseEvent(visitor, t('ask.step', {n: 2}), LINE);
    await visitor.choose(t('ask.range'), t('words.range.last_12_months'));
  },
  async retention(visitor) {
    await chooseEvent(visitor, event(visitor), ORDER);
    await question(visitor).getByRole('spinbutton', {name: visitor.t('ask.columns')}).fill('6');
  },
  async lifecycle(visitor) {
    await chooseEvent(visitor, event(visitor), ORDER);
  },
  async stickiness(visitor) {
    await chooseEvent(visitor, event(visitor), LINE);
  },
  async active(visitor) {
    await chooseEvent(visitor, event(visitor), ORDER);
  },
  async distribution(visitor) {
    await chooseEvent(visitor, event(visitor), ORDER);
    await visitor.choose(visitor.t('ask.range'), visitor.t('words.range.last_12_months'));
  },
  async interval(visitor) {
    await chooseEvent(visitor, event(visitor), ORDER, 0);
    await chooseEvent(visitor, event(visitor), ORDER, 1);
  },
  async paths(visitor) {
    // Each line of an order by what was bought.
    const {t} = visitor;
    await question(visitor)
      .getByRole('button', {name: `+ ${t('ask.split_steps')}`, exact: true})
      .click();
    const box = question(visitor).getByRole('combobox', {
      name: t('ask.split_property'),
      exact: true,
    });
    await visitor.unfold(box);
    await (await visitor.options(box)).first().click();
    await visitor.choose(t('ask.range'), t('words.range.last_12_months'));
  },
  async attribution(visitor) {
    await chooseEvent(visitor, event(visitor), LINE);
    await chooseEvent(visitor, visitor.t('ask.touch_n', {n: 1}), ORDER);
  },
  async sessions(visitor) {
    const {t} = visitor;
    await visitor.choose(t('ask.breakdown'), t('words.breakdown.event_name'));
  },
  async rfm() {},
};

// The question that stands in the address, and what the API answers to it.
async function asTheApiSays(visitor, server) {
  const asked = JSON.parse(decodeURIComponent(new URL(visitor.page.url()).hash.slice(1)));
  return {asked, answer: await server.api('POST', '/v1/insights/query', asked)};
}

// The question that the page asked last, and what the API answers to it.
async function lastAsked(server, sent) {
  const {query_id: _its, ...asked} = sent.at(-1);
  return {asked, answer: await server.api('POST', '/v1/insights/query', asked)};
}

// The answer on the page is about as many events and people as the API's to the same question.
async function readAsMuch(visitor, {events, people}) {
  const cost = await visitor.page.locator('.pane footer.cost').textContent();
  const said = visitor.t('answer.cost', {
    events: visitor.number(events),
    people: visitor.number(people),
    ms: '',
    plan: '',
  });
  const beginning = said.slice(0, said.indexOf(visitor.number(people)) + 3);
  assert.ok(cost.includes(beginning.trim()), `${cost} is not ${said}`);
}

export async function everyAnalysis(visitor, {server}) {
  const sent = [];
  const hear = (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/v1/insights/query'))
      sent.push(request.postDataJSON());
  };
  visitor.page.on('request', hear);
  for (const [analysis, build] of Object.entries(BUILD)) {
    await openBuilder(visitor, analysis);
    await build(visitor);
    await answered(visitor);
    const {asked, answer} = await lastAsked(server, sent);
    assert.equal(asked.analysis, analysis);
    await readAsMuch(visitor, answer.read);
    // A chart or a table of it is there, and says something.
    const figure = visitor.page.locator('.pane figure, .pane table').first();
    assert.match(await figure.innerHTML(), /<(path|rect|td)/);
    visitor.allWell();
  }
  visitor.page.off('request', hear);
}

const pick = (visitor, key, word) => visitor.choose(visitor.t(key), visitor.t(word));

// A funnel with all of its options, set by hand; the numbers of its steps are the API's, of all
// people and of a group.
export async function withOptions(visitor, {server}) {
  const {page, t} = visitor;
  const {events} = await server.api('GET', '/v1/insights/events');
  const third = events.find(({name, type}) => type === 'track' && ![LINE, ORDER].includes(name));
  await openBuilder(visitor, 'funnel');
  await BUILD.funnel(visitor);
  const form = question(visitor);
  const window = form.getByRole('spinbutton', {name: t('ask.window'), exact: true});
  await window.fill('');
  await window.press('Tab');
  await form.getByText(t('fault.needed'), {exact: true}).waitFor();
  await window.fill('30');
  await pick(visitor, 'ask.semantics', 'words.semantics.first_entry');
  const held = form.getByRole('combobox', {name: t('ask.held'), exact: true});
  await visitor.unfold(held);
  await held.fill('order_id');
  await (await visitor.options(held)).filter({hasText: 'order_id'}).first().click();
  await form.getByRole('button', {name: `+ ${t('ask.add_exclusion')}`, exact: true}).click();
  await chooseEvent(visitor, event(visitor), third.name);
  await pick(visitor, 'ask.by', 'words.units.week');
  await form.getByText(t('ask.more'), {exact: true}).first().click();
  await pick(visitor, 'ask.week_start', 'settings.sunday');
  await pick(visitor, 'ask.breakdown', 'words.breakdown.person_property');
  const property = form.getByRole('combobox', {name: t('ask.property'), exact: true}).last();
  await visitor.unfold(property);
  await property.fill('country');
  await (await visitor.options(property)).filter({hasText: 'country'}).first().click();
  await answered(visitor, 'analysis.funnel');
  const {asked, answer} = await asTheApiSays(visitor, server);
  assert.deepEqual(asked.window, {count: 30, unit: 'day'});
  assert.deepEqual([asked.semantics, asked.held_property], ['first_entry', 'order_id']);
  assert.deepEqual(asked.exclusions, [{select: {event: third.name}}]);
  assert.deepEqual([asked.by, asked.week_start], ['week', 'sunday']);
  assert.deepEqual(asked.breakdown, {person_property: 'country'});
  await readAsMuch(visitor, answer.read);
  const shown = async () =>
    (await page.locator('table.steps tr td:nth-child(2)').allTextContents()).map((text) =>
      Number(text.replace(/\D/g, '')),
    );
  const reached = (at) => answer.groups[at].steps.map(({reached: {value}}) => value);
  assert.ok(reached(0)[1] > 0 && answer.groups.length > 2);
  assert.deepEqual(await shown(), reached(0));
  const groups = page.getByRole('combobox', {name: t('answer.group'), exact: true});
  await visitor.unfold(groups);
  await (await visitor.options(groups)).nth(1).click();
  await visitor.settled();
  assert.deepEqual(await shown(), reached(1));
  assert.deepEqual(await visitor.faults(), []);
  // Opened again, the address has the same question and the same answer.
  await page.reload();
  await answered(visitor, 'analysis.funnel');
  assert.deepEqual((await asTheApiSays(visitor, server)).asked, asked);
  assert.deepEqual(await shown(), reached(0));
}

async function saved(visitor, press) {
  const waiting = visitor.page.waitForEvent('download');
  await press();
  const download = await waiting;
  return {name: download.suggestedFilename(), bytes: await readFile(await download.path())};
}

// A number of the funnel opens exactly its people, and one of them tells how they went through.
export async function peopleBehind(visitor) {
  const {page, t} = visitor;
  await openBuilder(visitor, 'funnel');
  await BUILD.funnel(visitor);
  await answered(visitor, 'analysis.funnel');
  const reached = page.locator('table.steps tr').nth(1).locator('button.behind').first();
  const people = await reached.textContent();
  assert.ok(Number(people.replace(/\D/g, '')) > 0, people);
  await reached.click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText(t('answer.people_total', {n: people}), {exact: true}).waitFor();
  await drawer.locator('.ant-table-row-expand-icon').first().click();
  await drawer.locator('ol.trace li').first().waitFor();
  await drawer.getByText(t('words.trace.filled'), {exact: true}).first().waitFor();
  assert.deepEqual(await visitor.faults(), []);
  await drawer.getByRole('button', {name: t('answer.close_people')}).click();
  await drawer.waitFor({state: 'detached'});
}

export async function takenAway(visitor) {
  const {page, t} = visitor;
  const figure = page.locator('.answer-part').first();
  const csv = await saved(visitor, () =>
    figure.getByRole('button', {name: t('do.csv')}).click(),
  );
  assert.equal(csv.name, 'funnel.csv');
  assert.match(csv.bytes.toString('utf8'), new RegExp(ORDER));
  const png = await saved(visitor, () =>
    figure.getByRole('button', {name: t('do.png')}).click(),
  );
  assert.equal(png.name, 'funnel.png');
  assert.deepEqual([...png.bytes.subarray(1, 4)], [...Buffer.from('PNG')]);
}

// A dashboard is made, a question saved on it, and opened with its last answer.
export async function reportOnADashboard(visitor) {
  const {page, t} = visitor;
  await visitor.go('insights');
  await visitor.button('dashboard.new').click();
  await page.getByLabel(t('ask.name'), {exact: true}).fill(BOARD);
  await visitor.button('dashboard.make').click();
  await visitor.title(BOARD);
  await visitor.choose(
    t('dashboard.refresh_every'),
    t('dashboard.refresh_minutes_other', {count: 15}),
  );
  await openBuilder(visitor, 'trends');
  await BUILD.trends(visitor);
  await answered(visitor);
  await visitor.button('report.save').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(t('ask.name'), {exact: true}).fill(REPORT);
  await visitor.choose(t('report.on_dashboard'), BOARD);
  await dialog.getByRole('button', {name: t('do.save'), exact: true}).click();
  await visitor.title(REPORT);
  await visitor.go('insights');
  await page.getByRole('main').getByRole('link', {name: BOARD}).click();
  await visitor.title(BOARD);
  const tile = page.getByRole('region', {name: REPORT});
  await tile.locator('.tile-age time').waitFor();
  const asked = page.waitForResponse(
    (reply) => /\/reports\/[^/]+\/answer$/.test(reply.url()) && reply.ok(),
  );
  await visitor.button('dashboard.refresh').click();
  await asked;
  await visitor.settled();
  await tile.locator('figure').waitFor();
}

export async function sharedByLink(visitor) {
  const {page, t} = visitor;
  await page.getByRole('main').getByRole('link', {name: REPORT}).click();
  await visitor.title(REPORT);
  await visitor.button('report.share').click();
  await visitor.button('report.make_link').click();
  const link = await page.getByLabel(t('report.link'), {exact: true}).inputValue();
  const guest = await visitor.browser.newContext();
  try {
    const shared = await guest.newPage();
    await shared.goto(link);
    await shared.getByRole('heading', {level: 1, name: REPORT}).waitFor();
    await shared.locator('figure').first().waitFor();
    assert.equal(await shared.locator('button.behind').count(), 0);
  } finally {
    await guest.close();
  }
  await visitor.button('report.end_link').click();
  // The button that was pressed is gone now, and the keyboard must not be lost with it.
  await visitor.button('report.end_link').waitFor({state: 'detached'});
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({state: 'detached'});
}

// A question that takes long is stopped, here and on the server; asked again, it is answered.
export async function stoppedQuestion(visitor) {
  const {page, t} = visitor;
  await openBuilder(visitor, 'sessions');
  await answered(visitor);
  let release;
  const held = new Promise((done) => {
    release = done;
  });
  await page.route('**/v1/insights/query', async (route) => {
    await held;
    await route.abort().catch(() => null);
  });
  const cancelled = page.waitForRequest(
    (request) => request.method() === 'DELETE' && request.url().includes('/insights/queries/'),
  );
  // Nobody asked for this before, so no answer of an hour ago is there.
  await visitor.choose(t('ask.range'), t('words.range.last_12_months'));
  await visitor.button('answer.stop').click();
  await cancelled;
  await visitor.see(t('ask.stale'));
  release();
  await page.unroute('**/v1/insights/query');
  await question(visitor).getByRole('button', {name: t('ask.ask'), exact: true}).click();
  await answered(visitor);
}
