// Every page of the console, looked at with axe-core.
import assert from 'node:assert/strict';

import {englishNames} from './names.mjs';
import {DRAFT} from './walk_act.mjs';
import {claim} from './walk_begin.mjs';

// Each language has a theme of its own here, so that two walks see both of both.
const THEMES = {en: 'dark', zh: 'light'};
const NOBODY = 999_999_999;
const TITLE_MS = 20_000;
// Colours are judged as they stay, not on their way.
const AT_ONCE = '*, *::before, *::after { transition: none !important; }';

async function addresses(server) {
  const [campaign] = (await server.api('GET', '/v1/campaigns')).campaigns;
  const {imports} = await server.api('GET', '/v1/imports');
  const {customers} = await server.api('GET', '/v1/customers?sort=revenue&limit=1');
  const draft = await server.api('POST', '/v1/campaigns', DRAFT);
  return [
    '/',
    '/customers?set=stage%3Asilent&sort=revenue',
    '/customers/review',
    '/segments',
    `/customers/${customers[0].id}`,
    `/customers/${customers[0].id}?tab=files`,
    `/customers/${customers[0].id}?tab=seen`,
    '/imports',
    `/imports/${imports[0].id}`,
    '/insights',
    '/insights/ask/funnel',
    '/insights/ask/paths',
    '/insights/activity',
    '/insights/retention',
    '/insights/retention?show=count',
    '/insights/retention?view=rate',
    '/value/stages',
    '/value/rfm',
    '/portrait',
    '/portrait?tab=tags',
    '/portrait?tab=settings',
    '/value/clv',
    '/value/clv?tab=card',
    '/value/risk',
    '/value/risk?tab=card',
    '/value/risk?tab=left',
    '/value/health',
    '/value/health?tab=card',
    '/value/health?tab=alerts',
    '/value/health?tab=settings',
    '/value/recommendations',
    '/value/recommendations?tab=settings',
    '/value/forecast',
    '/loyalty',
    '/loyalty/settings',
    '/loyalty/settings?programme=new',
    '/loyalty/levels',
    '/loyalty/rules/new',
    '/loyalty/rules/new?preset=empty',
    '/loyalty/rules/new?preset=newcomer',
    '/loyalty/rules/purchase',
    '/loyalty/rules/sign-in',
    `/loyalty/people/${customers[0].id}`,
    '/loyalty/finance',
    '/loyalty/ledger',
    '/loyalty/rewards',
    '/loyalty/rewards?reward=new',
    '/loyalty/coupons',
    '/loyalty/coupons?batch=new',
    '/loyalty/referral',
    '/loyalty/prices',
    '/loyalty/prices?rule=new',
    '/loyalty/gift-cards',
    '/loyalty/draws',
    '/loyalty/draws?draw=new',
    '/loyalty/approvals',
    '/campaigns',
    '/proof/goals',
    '/proof/returns',
    '/proof/uplift',
    `/proof/uplift?of=campaign%3A${campaign.id}`,
    `/campaigns/${campaign.id}`,
    `/campaigns/${campaign.id}?tab=ledger`,
    `/campaigns/${draft.id}/edit`,
    `/campaigns/${draft.id}/edit?step=what`,
    `/campaigns/${draft.id}/edit?step=when`,
    `/campaigns/${draft.id}/edit?step=proof`,
    '/settings/workspace',
    '/settings/users',
    '/settings/keys',
    '/settings/webhooks',
    '/settings/webhooks?webhook=new',
    '/settings/email',
    '/settings/data',
    '/settings/data?view=quarantine',
    '/settings/data?view=schema',
    '/settings/privacy',
    '/settings/audit',
    '/settings/audit?action=customers.',
    '/settings/health',
    '/claim#made-up',
    '/nowhere',
    `/customers/${NOBODY}`,
  ];
}

// Goes to an address inside the console, as a click on a link does.
async function visit(visitor, address) {
  await visitor.page.evaluate((to) => {
    history.pushState({}, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, address);
  await visitor.page.locator('main').locator('h1, h2, h3').first().waitFor();
  await titled(visitor);
}

// Whether the page has its one title. What draws it may still be on its way.
function titled(visitor) {
  return visitor.page
    .waitForFunction(() => document.querySelectorAll('h1').length === 1, null, {
      timeout: TITLE_MS,
    })
    .then(() => true)
    .catch(() => false);
}

// What is wrong with the page as it stands, one line a fault.
async function faultsHere(visitor) {
  const faults = await visitor.faults();
  if (!(await titled(visitor))) {
    const titles = await visitor.page.locator('h1').count();
    faults.push(`${titles} headings of the first level`);
  }
  if (visitor.language === 'zh') faults.push(...(await englishNames(visitor)));
  return faults;
}

// What is wrong on any page, as "/address: fault".
export async function everyPage(visitor, server) {
  const {page} = visitor;
  const faults = [];
  const theme = THEMES[visitor.language];
  await page.evaluate((name) => localStorage.setItem('perennial.theme', name), theme);
  await page.goto(server.origin);
  await page.addStyleTag({content: AT_ONCE});
  visitor.expected.push(`404 GET /v1/customers/${NOBODY}`);
  for (const address of await addresses(server)) {
    await visit(visitor, address);
    for (const fault of await faultsHere(visitor)) faults.push(`${address}: ${fault}`);
  }
  return faults;
}

// What is shown to somebody who may not open a page, and to somebody who has not signed in.
export async function closedPages(visitor, {server}) {
  const {page, t} = visitor;
  const {link} = await server.api('POST', '/v1/users', {
    email: 'analyst@shop.example',
    role: 'analyst',
  });
  await claim(visitor, {server}, server.origin + link);
  await visit(visitor, '/campaigns/new');
  await visitor.title(t('empty.forbidden'));
  assert.deepEqual(await faultsHere(visitor), []);
  await page.context().clearCookies();
  await page.reload();
  await page.locator('form').waitFor();
  assert.deepEqual(await faultsHere(visitor), []);
}
