// The newcomer's path, first part: from the first link to a shop with data.
import assert from 'node:assert/strict';

export const ACCOUNT = {
  email: 'admin@localhost',
  name: 'Newcomer 新人',
  password: 'a long pass-phrase',
};
const SHOP_NAME = 'Gift shop 礼品店';
const CLOCK = '2011-12-10 00:00:00';

export async function claim(visitor, {server}, link = server.firstLink) {
  const {page, t} = visitor;
  await page.goto(link);
  await page.locator('form').waitFor();
  const switcher = page.locator(`button[lang=${visitor.language}]`);
  if (await switcher.count()) await switcher.click();
  await visitor.see(t('access.claim_lead'));
  await page.getByLabel(t('access.name'), {exact: true}).fill(ACCOUNT.name);
  await page.getByLabel(t('access.new_password'), {exact: true}).fill(ACCOUNT.password);
  await page.getByLabel(t('access.password_again'), {exact: true}).fill('another pass-phrase');
  await visitor.button('access.claim_do').click();
  await visitor.see(t('access.password_differs'));
  await page.getByLabel(t('access.password_again'), {exact: true}).fill(ACCOUNT.password);
  await visitor.button('access.claim_do').click();
  await visitor.title(t('nav.overview'));
  assert.equal(new URL(page.url()).hash, '', 'the one-time token stays in no address');
}

export async function overviewSaysWhatToDo(visitor) {
  const {page, t} = visitor;
  await visitor.see(t('first.title'));
  await visitor.see(t('first.events'));
  await page.getByRole('link', {name: t('first.import')}).click();
  await visitor.title(t('nav.imports'));
}

export async function lookAndLanguageAreKept(visitor) {
  const {page, t, language} = visitor;
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), 'light');
  await visitor.button('header.to_dark').click();
  assert.equal(await theme(), 'dark');
  await page
    .locator('header')
    .getByRole('button', {name: t('header.other_language')})
    .click();
  const other = language === 'zh' ? 'en' : 'zh-CN';
  await page.waitForFunction((lang) => document.documentElement.lang === lang, other);
  await page.reload();
  await page.locator('main#content').waitFor();
  assert.equal(await theme(), 'dark', 'the theme is remembered');
  assert.equal(await page.evaluate(() => document.documentElement.lang), other);
  await page.locator(`header button[lang=${language}]`).click();
  await visitor.button('header.to_light').click();
  await page.reload();
  await visitor.button('header.to_dark').waitFor();
}

export async function workspace(visitor) {
  const {page, t} = visitor;
  await visitor.go('settings');
  await page.getByLabel(t('settings.name'), {exact: true}).fill(SHOP_NAME);
  await page.getByLabel(t('settings.zone'), {exact: true}).fill('Europe/London');
  await page.keyboard.press('Enter');
  await page.getByLabel(t('settings.currency'), {exact: true}).fill('GBP');
  await page.getByLabel(t('settings.stands_on'), {exact: true}).fill(CLOCK);
  await page.keyboard.press('Enter');
  await visitor.button('do.save').click();
  await visitor.see(t('settings.saved'));
  await page.locator('header').getByText(SHOP_NAME).waitFor();
  await page.getByRole('status').filter({hasText: 'Europe/London'}).waitFor();
}

async function upload(visitor, kind, file) {
  const {page, t} = visitor;
  await visitor.go('imports');
  await page
    .locator('.ant-radio-button-wrapper')
    .filter({hasText: t(`words.import_kind.${kind}`)})
    .click();
  await visitor.see(t(`import.drop_${kind}`));
  await page.locator('input[type=file]').setInputFiles(file);
  await visitor.see(t('import.mapping'), true);
}

async function startAndFinish(visitor) {
  const {page, t} = visitor;
  await visitor.button('import.start').click();
  await page.getByRole('progressbar', {name: t('import.progress')}).waitFor();
  await page.getByRole('link', {name: t('import.to_overview')}).waitFor();
}

export async function importCustomers(visitor, {shop}) {
  const {t} = visitor;
  await upload(visitor, 'customers', shop.customers);
  await visitor.button('import.check_do').click();
  await visitor.see(t('import.good'), true);
  const people = visitor.number(shop.people.length);
  assert.equal(await visitor.fact('import.rows'), people);
  assert.equal(await visitor.fact('import.good'), people);
  await startAndFinish(visitor);
  assert.equal(await visitor.fact('import.stored'), people);
}

export async function importOrders(visitor, {shop}) {
  const {page, t} = visitor;
  await upload(visitor, 'orders', shop.orders);
  for (const [field, column] of [
    ['order_id', 'InvoiceNo'],
    ['customer_id', 'CustomerID'],
    ['at', 'InvoiceDate'],
    ['price', 'UnitPrice'],
  ]) {
    const row = page.getByRole('row').filter({
      has: page.getByRole('combobox', {name: t(`words.field.${field}`), exact: true}),
    });
    await row.getByTitle(column).first().waitFor();
  }
  await visitor.button('import.check_do').click();
  await visitor.see(t('import.refund_rows'), true);
  assert.equal(await visitor.fact('import.rows'), visitor.number(shop.orderRows));
  assert.equal(await visitor.fact('import.rejected'), '0');
  assert.equal(await visitor.fact('import.anonymous'), visitor.number(shop.anonymousRows));
  assert.match(await visitor.fact('import.total'), /^£[\d,]+\.\d\d$/);
  await startAndFinish(visitor);
  assert.equal(await visitor.fact('import.stored'), visitor.number(shop.orderRows));
  // The same file again counts nothing twice.
  await upload(visitor, 'orders', shop.orders);
  await startAndFinish(visitor);
  assert.equal(await visitor.fact('import.stored'), '0');
  assert.equal(await visitor.fact('import.duplicates'), visitor.number(shop.orderRows));
}

export async function fullOverview(visitor, {shop}) {
  const {page, t} = visitor;
  await page.getByRole('link', {name: t('import.to_overview')}).click();
  await visitor.title(t('nav.overview'));
  await visitor.see(t('overview.at_risk'));
  const lead = await page.locator('.page-head .lead').textContent();
  assert.ok(lead.includes(visitor.number(shop.people.length)), lead);
  await visitor.see(t('overview.recall_them'));
}
