// Looks at every page in both languages and both themes: saves pictures under shots/, and reports
// what axe-core finds serious and what the browser's console complains about. Needs a console that
// answers at BASE (npm run mock, or a server), and with a server an E-MAIL and PASSWORD.
//   BASE=http://127.0.0.1:5173 [EMAIL=… PASSWORD=…] [ONLY=overview,rfm] node scripts/look.mjs
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const { BASE = 'http://127.0.0.1:5173', EMAIL, PASSWORD, ONLY = '', LOOKS } = process.env;
const {
  CAMPAIGN = 'c2',
  DRAFT = 'c3',
  IMPORT = 'i1',
  CUSTOMER = '7',
  DASHBOARD = 'd1',
} = process.env;
// Axe is run from its source text, so that a content security policy does not stop it.
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = new URL('../shots/', import.meta.url).pathname;
mkdirSync(shots, { recursive: true });

const ask = (question) =>
  `/insights/ask/${question.analysis}#${encodeURIComponent(JSON.stringify(question))}`;
const kMonth = { range: { last: 30, unit: 'day' } };
const kSeries = { select: { event: 'Order Completed' }, measure: 'people' };
const kFunnel = {
  analysis: 'funnel',
  ...kMonth,
  steps: [{ event: 'Product Viewed' }, { event: 'Checkout Started' }, { event: 'Order Completed' }],
  window: { count: 7, unit: 'day' },
};

const pages = {
  overview: '/',
  customers: '/customers?set=stage%3Asilent&sort=revenue',
  customer: `/customers/${CUSTOMER}`,
  imports: '/imports',
  import: `/imports/${IMPORT}`,
  insights: '/insights',
  trends: ask({ analysis: 'trends', ...kMonth, by: 'day', compare: 'previous', series: [kSeries] }),
  'trends-split': ask({
    analysis: 'trends',
    ...kMonth,
    by: 'day',
    series: [kSeries, { select: { event: 'Product Viewed' }, measure: 'sum', property: 'revenue' }],
    formulas: [{ name: 'Rate', expression: '100 * A / B' }],
    breakdown: { person_property: 'country', top: 3 },
    people: {
      all: [{ set: 'stage:silent' }, { any: [{ property: 'city', op: 'is', value: 'Leeds' }] }],
    },
  }),
  'trends-wrong': ask({
    analysis: 'trends',
    ...kMonth,
    series: [{ select: { event: 'Unknown' }, measure: 'people' }],
  }),
  'funnel-open': '/insights/ask/funnel',
  funnel: ask(kFunnel),
  'funnel-split': ask({ ...kFunnel, by: 'day', breakdown: { person_property: 'country' } }),
  'event-retention': '/insights/ask/retention',
  lifecycle: '/insights/ask/lifecycle',
  stickiness: '/insights/ask/stickiness',
  active: '/insights/ask/active',
  distribution: '/insights/ask/distribution',
  interval: ask({
    analysis: 'interval',
    ...kMonth,
    by: 'week',
    start: { event: 'Checkout Started' },
    end: { event: 'Order Completed' },
  }),
  paths: '/insights/ask/paths',
  attribution: ask({
    analysis: 'attribution',
    ...kMonth,
    conversion: { event: 'Order Completed' },
    value_property: 'revenue',
    touches: [{ event: 'Email Opened' }, { event: 'Ad Clicked' }],
    touch_property: 'utm_source',
    models: ['first', 'last', 'linear'],
  }),
  sessions: '/insights/ask/sessions',
  'event-rfm': '/insights/ask/rfm',
  dashboard: `/insights/dashboards/${DASHBOARD}`,
  'dashboard-edit': `/insights/dashboards/${DASHBOARD}?edit=yes`,
  shared: '/shared/t0ken',
  activity: '/insights/activity',
  'activity-repurchase': '/insights/activity?measure=repurchase',
  retention: '/insights/retention',
  'retention-count': '/insights/retention?show=count',
  rate: '/insights/retention?view=rate',
  stages: '/value/stages',
  rfm: '/value/rfm',
  value: '/value/clv',
  'value-people': '/value/clv?tab=people',
  'value-card': '/value/clv?tab=card',
  'value-settings': '/value/clv?tab=settings',
  risk: '/value/risk',
  'risk-card': '/value/risk?tab=card',
  forecast: '/value/forecast',
  campaigns: '/campaigns',
  campaign: `/campaigns/${CAMPAIGN}`,
  ledger: `/campaigns/${CAMPAIGN}?tab=ledger`,
  who: `/campaigns/${DRAFT}/edit`,
  what: `/campaigns/${DRAFT}/edit?step=what`,
  when: `/campaigns/${DRAFT}/edit?step=when`,
  proof: `/campaigns/${DRAFT}/edit?step=proof`,
  experiments: '/proof/experiments',
  experiment: '/proof/experiments/e1',
  'experiment-mismatch': '/proof/experiments/e2',
  'experiment-draft': '/proof/experiments/e3',
  'experiment-edit': '/proof/experiments/e3/edit',
  'experiment-new': '/proof/experiments/new',
  'hold-outs': '/proof/hold-outs',
  'hold-out': '/proof/hold-outs/h1',
  goals: '/proof/goals',
  returns: '/proof/returns',
  workspace: '/settings/workspace',
  users: '/settings/users',
  keys: '/settings/keys',
  email: '/settings/email',
  live: '/settings/data',
  quarantine: '/settings/data?view=quarantine',
  schema: '/settings/data?view=schema',
  audit: '/settings/audit',
  health: '/settings/health',
  claim: '/claim#t0ken',
  nowhere: '/nowhere',
};
const looks = (LOOKS ?? 'en-light,zh-light,en-dark,zh-dark').split(',');

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
let faults = 0;

async function look(page, name, path, style) {
  await page.goto('about:blank'); // else an address that differs after its # is not loaded anew
  await page.goto(BASE + path);
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => !document.querySelector('.ant-skeleton, .ant-spin-spinning'));
  await page.waitForTimeout(900); // questions wait for 500 ms, charts draw for 200 ms
  await page.screenshot({ path: `${shots}${name}-${style}.png`, fullPage: true });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  for (const { id, impact, nodes } of violations) {
    if (impact !== 'serious' && impact !== 'critical') continue;
    faults += 1;
    console.log(`${name} ${style}: ${impact} ${id} (${nodes.length})`);
    for (const node of nodes.slice(0, 3)) console.log(`    ${node.html.slice(0, 160)}`);
    if (id === 'color-contrast') console.log(`    ${nodes[0].any[0]?.message}`);
  }
}

for (const style of looks) {
  const [language, theme] = style.split('-');
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(
    ([l, t]) => {
      if (!location.protocol.startsWith('http')) return;
      localStorage.setItem('perennial.language', l);
      localStorage.setItem('perennial.theme', t);
    },
    [language, theme],
  );
  const page = await context.newPage();
  let at = '';
  const complain = (text) => {
    // This page shows how a wrong question looks.
    if (at === 'trends-wrong' && text.includes('400')) return;
    faults += 1;
    console.log(`${at} ${style}: ${text.slice(0, 300)}`);
  };
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && complain(m.text()));
  page.on('pageerror', (error) => complain(String(error)));
  if (EMAIL) {
    await page.goto(BASE);
    await page.locator('input').first().fill(EMAIL);
    await page.locator('input[type=password]').fill(PASSWORD);
    await page.locator('button[type=submit]').click();
    await page.waitForSelector('main#content');
  }
  for (const [name, path] of Object.entries(pages)) {
    if (ONLY && !ONLY.split(',').includes(name)) continue;
    at = name;
    await look(page, name, path, style);
  }
  await context.close();
}
await browser.close();
console.log(`${faults} faults`);
process.exit(faults > 0 ? 1 : 0);
