// A shop whose models hold and whose experiments have results: customers who buy as the models
// suppose (see src/value/models_test.cc) over two years, what they answered and complained about, a
// hold-out, an experiment that works and one whose draw went wrong, goals and a programme.
import {until} from './perennial.mjs';

const DAY = 86_400_000;
const FIRST_DAY = Date.UTC(2023, 6, 1);
const DAYS = 714;
const BUYERS = 400;
const BATCH = 500;
const BEGUN = '2025-04-01T00:00:00Z';
const NOW = '2025-06-14T12:00:00Z';
export const EXPERIMENT = 'New checkout 新结账';
export const SKEWED = 'Skewed draw 抽样有误';
export const HOLD_OUT = 'A fifth 五分之一';
export const GOALS = {nps: 'Recommend us 愿意推荐', complaint_rate: 'Fewer complaints 少投诉'};

// The same numbers every time: mulberry32.
function draws(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const events = [];
let made = 0; // events so far: each has a number of its own
const track = (user, event, at, properties = {}) =>
  events.push({
    type: 'track',
    userId: user,
    event,
    timestamp: new Date(at).toISOString(),
    messageId: `m${(made += 1)}`,
    properties,
  });
const order = (user, at, total) =>
  track(user, 'Order Completed', at, {order_id: `o${made}`, total, currency: 'CNY'});

function buyers() {
  const draw = draws(5);
  for (let n = 0; n < BUYERS; n += 1) {
    const gap = 10 / (0.1 + 0.9 * draw());
    for (let day = 300 * draw(); day < DAYS; day += 1 - gap * Math.log(1 - draw())) {
      order(`buyer${n}`, FIRST_DAY + day * DAY, 20 + (n % 50));
      if (draw() < 0.04) break;
    }
  }
}

function voices() {
  const draw = draws(9);
  for (let month = 0; month < 9; month += 1) {
    const start = Date.UTC(2024, 9 + month, 2);
    for (let n = 0; n < 60; n += 1) {
      const user = `buyer${Math.floor(draw() * BUYERS)}`;
      const at = start + 10 * draw() * DAY;
      // They like it more and more.
      const score = Math.min(10, Math.floor(5 + draw() * (4 + month / 2)));
      track(user, 'Survey Answered', at, {kind: 'nps', score});
      if (draw() < 0.15) track(user, 'Complaint Opened', at, {cause: 'late'});
    }
  }
}

// Every buyer meets an arm of the one, three in four of those who met the other its second arm.
function exposures() {
  const draw = draws(13);
  for (let n = 0; n < BUYERS; n += 1) {
    const user = `buyer${n}`;
    const at = Date.parse(BEGUN) + (1 + 4 * draw()) * DAY;
    const arm = n % 2 ? 'new' : 'old';
    const met = (id, variation) =>
      track(user, 'Experiment Viewed', at, {experiment_id: id, variation_id: variation});
    met('checkout', arm);
    met('skewed', n % 4 ? 'b' : 'a');
    if (arm === 'new' && draw() < 0.5) order(user, at + (1 + 5 * draw()) * DAY, 80);
  }
}

async function send(server, key) {
  for (let first = 0; first < events.length; first += BATCH) {
    const reply = await fetch(`${server.origin}/v1/batch`, {
      method: 'POST',
      headers: {
        Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({batch: events.slice(first, first + BATCH)}),
    });
    if (!reply.ok) throw new Error(`batch: ${reply.status} ${await reply.text()}`);
  }
  events.length = 0;
  const stands = async () => {
    const {stages, timeline, events: log} = await server.api('GET', '/v1/stats');
    return stages.every(({behind}) => behind === 0) && timeline.seq >= log.last_seq;
  };
  await until(stands, 120, 'the stages');
}

async function standsOn(server, instant) {
  const settings = await server.api('GET', '/v1/settings');
  await server.api('PUT', '/v1/settings', {...settings, stands_on: instant});
}

async function trained(server, name) {
  await server.api('POST', `/v1/value/${name}/train`);
  return until(
    async () => {
      const {training, error, model} = await server.api('GET', `/v1/value/${name}`);
      if (!training && error) throw new Error(`${name}: ${error}`);
      return !training && model;
    },
    180,
    `the model of ${name}`,
  );
}

async function prove(server) {
  await standsOn(server, BEGUN);
  await server.api('POST', '/v1/hold-outs', {name: HOLD_OUT, percent: 20, scope: 'loyalty'});
  const of = {orders: true};
  const measures = [
    {key: 'ordered', kind: 'proportion', of, window_days: 14},
    {key: 'revenue', kind: 'revenue', window_days: 14},
  ];
  for (const [key, name, arms] of [
    ['checkout', EXPERIMENT, ['old', 'new']],
    ['skewed', SKEWED, ['a', 'b']],
  ]) {
    const weighted = arms.map((arm) => ({key: arm, weight: 0.5}));
    const draft = {key, name, arms: weighted, measures, planned_days: 28};
    const {id} = await server.api('POST', '/v1/experiments', draft);
    await server.api('POST', `/v1/experiments/${id}/start`);
  }
}

async function aims(server) {
  const [{id}] = (await server.api('GET', '/v1/hold-outs')).hold_outs;
  const months = {from: '2025-02', to: '2025-12', owner: 'Mei 梅'};
  const goal = {...months, name: GOALS.nps, measure: 'nps', amount: 5, hold_out: id};
  await server.api('POST', '/v1/goals', goal);
  const fewer = {...months, name: GOALS.complaint_rate, measure: 'complaint_rate', amount: -0.02};
  await server.api('POST', '/v1/goals', fewer);
}

async function programme(server) {
  const {programme: preset} = await server.api('GET', '/v1/loyalty/presets');
  await server.api('PUT', `/v1/loyalty/programmes/${preset.id}`, preset);
  const path = `/v1/loyalty/programmes/${preset.id}/coupons/spring`;
  const terms = {name: 'Spring 春', kind: 'fixed', amount_minor: 1_000, revision: 0};
  await server.api('PUT', path, {...terms, id: 'spring', from: '2025-01-01', to: '2030-01-01'});
}

export async function fillProofShop(server) {
  await server.api('PUT', '/v1/settings', {
    ...(await server.api('GET', '/v1/settings')),
    currency: 'CNY',
    zone: 'Asia/Shanghai',
  });
  const key = await server.writeKey('shop');
  buyers();
  voices();
  await send(server, key);
  await prove(server);
  exposures();
  await send(server, key);
  await standsOn(server, NOW);
  await programme(server);
  await aims(server);
  await server.api('PUT', '/v1/value/churn/settings', {horizon_days: 30});
  await trained(server, 'clv');
  await trained(server, 'churn');
}
