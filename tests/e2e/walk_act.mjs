// The newcomer's path, third part: a campaign with its proof, then the settings, then out and in
// again.
import assert from 'node:assert/strict';

import {ACCOUNT} from './walk_begin.mjs';

const NAME = 'Recall 召回';
export const DRAFT = {
  name: 'Draft',
  audience: {stages: ['silent'], cells: []},
  hold_out_percent: 20,
  subject: 'Hello',
  text: 'Come back',
};

async function whoAndWhat(visitor) {
  const {page, t} = visitor;
  await page.getByLabel(t('campaign.name'), {exact: true}).fill(NAME);
  for (const stage of ['silent', 'churned'])
    await page.getByRole('checkbox', {name: t(`words.stage.${stage}`), exact: true}).click();
  await visitor.see(t('campaign.reachable'), true);
  const next = (step) =>
    visitor.button('campaign.next', {step: t(`campaign.step_${step}`)}).click();
  await next('what');
  await page.getByLabel(t('campaign.subject'), {exact: true}).fill('Hello ');
  await visitor.button('words.field.first_name').click();
  const subject = await page.getByLabel(t('campaign.subject'), {exact: true}).inputValue();
  assert.match(subject, /^Hello \{\{ ?first_name/);
  await page
    .getByRole('textbox', {name: t('campaign.text'), exact: true})
    .fill('Come back, {{ name | friend }}!');
  await visitor.button('campaign.preview_do').click();
  await page
    .locator('.mail')
    .getByText(/@shop\.example/)
    .waitFor();
  const mail = await page.locator('.mail').textContent();
  assert.doesNotMatch(mail, /\{\{/);
  assert.match(mail, /Come back, /);
  // The preview saved the draft, which now has an address that can be shared and reloaded.
  await page.waitForURL(/\/campaigns\/(?!new)[^/]+\/edit\?step=what$/);
  await page.locator('.mail').waitFor();
  await page.reload();
  await visitor.title(NAME);
  assert.equal(await page.getByLabel(t('campaign.subject'), {exact: true}).inputValue(), subject);
  await next('when');
  await visitor.see(t('campaign.outbox'));
  await next('proof');
}

export async function campaign(visitor) {
  const {page, t} = visitor;
  await visitor.go('campaigns');
  await visitor.see(t('campaign.none'));
  await page.getByRole('link', {name: t('campaign.new')}).click();
  await whoAndWhat(visitor);
  await page.getByRole('spinbutton', {name: t('campaign.hold_out')}).fill('50');
  await page.getByRole('spinbutton', {name: t('campaign.hold_out')}).press('Tab');
  // It can be sent when the numbers are those of this hold-out.
  const send = visitor.button('campaign.send');
  await send.and(page.locator(':enabled')).waitFor();
  const sent = await visitor.fact('campaign.will_get');
  const held = await visitor.fact('campaign.will_wait');
  assert.ok(Number(sent) > 5 && Math.abs(Number(sent) - Number(held)) <= 1, `${sent} and ${held}`);
  await send.click();
  await visitor.see(t('campaign.confirm', {n: sent, held}));
  await visitor.button('campaign.confirm_do', {n: sent}).click();
  await visitor.title(NAME);
  await page.locator('.page-head .lead').getByText(t('words.campaign_state.sent')).waitFor();
}

export async function result(visitor) {
  const {page, t} = visitor;
  await visitor.see(t('words.note.aa'));
  const interval = t('result.interval_of', {low: '(\\S+)', high: '(\\S+)'});
  const text = await page.getByText(new RegExp(`^${interval}`)).textContent();
  const [low, high] = new RegExp(interval)
    .exec(text)
    .slice(1)
    .map((number) => Number(number.replace('−', '-')));
  assert.ok(low <= 0 && high >= 0, text);
  await visitor.see(t('result.arms'), true);
  await page.getByRole('tab', {name: t('campaign.tab_ledger')}).click();
  await page.locator('.ant-table-row').first().waitFor();
  await page.getByRole('tab', {name: t('campaign.tab_message')}).click();
  await visitor.see('Come back, ');
  await visitor.go('campaigns');
  await page.getByRole('link', {name: NAME}).waitFor();
  assert.equal(await page.locator('main tbody tr').count(), 1);
}

export async function dropDraft(visitor, {server}) {
  const {page, t} = visitor;
  const {id} = await server.api('POST', '/v1/campaigns', DRAFT);
  await page.goto(`${server.origin}/campaigns/${id}`);
  await visitor.title(DRAFT.name);
  await visitor.button('do.delete').click();
  await visitor.see(t('campaign.delete_ask', {name: DRAFT.name}));
  await page
    .locator('.ant-popconfirm')
    .getByRole('button', {name: t('do.delete'), exact: true})
    .click();
  await visitor.title(t('nav.campaigns'));
  await page.getByRole('link', {name: NAME}).waitFor();
  await page.getByRole('link', {name: DRAFT.name, exact: true}).waitFor({state: 'detached'});
}

// The text that is shown this once; closes the dialog it stands in.
async function shownOnce({page}) {
  const dialog = page.getByRole('dialog').filter({has: page.locator('.secret')});
  const text = await dialog.locator('.secret code').textContent();
  await dialog.locator('.ant-modal-close').click();
  await dialog.waitFor({state: 'hidden'});
  return text.trim();
}

export async function keyAndLiveView(visitor, {server}) {
  const {page, t} = visitor;
  await visitor.go('settings');
  await page.getByRole('tab', {name: t('settings.keys')}).click();
  await visitor.button('settings.new_key').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(t('settings.key_name'), {exact: true}).fill('Web shop');
  await dialog.getByLabel(t('settings.source'), {exact: true}).fill('web');
  await dialog.getByRole('button', {name: t('settings.create_key'), exact: true}).click();
  const secret = await shownOnce(visitor);
  await page.getByRole('cell', {name: 'Web shop'}).waitFor();
  await page.getByRole('tab', {name: t('settings.data'), exact: true}).click();
  await visitor.see(t('data.follow'));
  const reply = await fetch(`${server.origin}/v1/track`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Basic ${Buffer.from(`${secret}:`).toString('base64')}`,
    },
    body: JSON.stringify({
      anonymousId: 'visitor-1',
      event: 'Product Viewed',
      properties: {sku: '茶-1'},
    }),
  });
  assert.equal(reply.status, 200);
  const row = page.getByRole('row').filter({hasText: 'Product Viewed'});
  await row.getByText('茶-1').waitFor();
  await row.getByText('visitor-1').waitFor();
}

export async function users(visitor) {
  const {page, t} = visitor;
  await page.getByRole('tab', {name: t('settings.users')}).click();
  await visitor.button('settings.new_user').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(t('access.email'), {exact: true}).fill('colleague@shop.example');
  await dialog.getByRole('button', {name: t('settings.create_user'), exact: true}).click();
  assert.match(await shownOnce(visitor), /\/claim#\S{20,}/);
  await page.getByRole('cell', {name: 'colleague@shop.example', exact: true}).waitFor();
}

export async function audit(visitor) {
  const {page, t} = visitor;
  await visitor.go('settings');
  await page.getByRole('tab', {name: t('settings.audit')}).click();
  for (const action of [
    'user_create',
    'key_create',
    'campaign_send',
    'import_start',
    'settings_update',
  ])
    await page
      .getByRole('cell', {name: t(`words.audit_action.${action}`), exact: true})
      .first()
      .waitFor();
}

export async function outAndIn(visitor) {
  const {page, t} = visitor;
  await page.locator('header').getByRole('button', {name: ACCOUNT.name}).click();
  await page.getByRole('menuitem', {name: t('do.sign_out')}).click();
  const password = page.getByLabel(t('access.password'), {exact: true});
  await page.getByLabel(t('access.email'), {exact: true}).fill(ACCOUNT.email);
  await password.fill('not the pass-phrase');
  visitor.expected.push('401 POST /v1/session');
  await visitor.button('do.sign_in').click();
  await page.getByRole('alert').waitFor();
  await password.fill(ACCOUNT.password);
  await visitor.button('do.sign_in').click();
  await page.locator('main#content h1').waitFor();
}
