// The path of a member on their phone: opened from the console, then by the link alone.
import assert from 'node:assert/strict';

import {until} from './perennial.mjs';

const MEMBERS = '/v1/loyalty/programmes/members';
const PHONE = {viewport: {width: 390, height: 844}, isMobile: true, hasTouch: true};
const SEASON = {from: '2000-01-01', to: '2099-01-01'};
const MUG = {name: 'Mug 杯子', kind: 'goods', points: 10, stock: 5, ...SEASON};
// The page has no script and words of its own.
const WORDS = {
  en: {take: 'Take it', done: 'Done', taken: 'Taken', signIn: 'Sign in', other: '中文'},
  zh: {take: '兑换', done: '操作成功', taken: '兑换记录', signIn: '签到', other: 'English'},
};
const SIGNED = {en: 'Signed in today', zh: '今日已签到'};
const MALL = {en: 'Rewards', zh: '积分商城'};
const CLOSED = {en: 'This link does not open any more', zh: '链接已失效'};
const SECONDS = 60;
const A_DAY = 5; // points of the preset's sign-in

// What is wrong with the page on a phone: what axe finds, and what is wider than the screen.
async function faultsHere(phone) {
  const faults = await phone.faults();
  const width = await phone.page.evaluate(() => document.documentElement.scrollWidth);
  if (width > PHONE.viewport.width) faults.push(`${width} pixels wide`);
  return faults;
}

// From the file of a member their page opens, as on a phone, in the language of the console.
export async function opened(visitor, {server}) {
  const {page, t, language} = visitor;
  const {customers} = await server.api('GET', '/v1/customers?sort=revenue&limit=1');
  await page.goto(`${server.origin}/loyalty/people/${customers[0].id}`);
  await visitor.title(t('loyalty.points_of', {id: customers[0].id}));
  const [phone] = await Promise.all([
    page.waitForEvent('popup'),
    visitor.button('member_centre.open').click(),
  ]);
  await phone.getByRole('heading', {name: MALL[language], exact: true}).waitFor();
  assert.equal(await phone.evaluate(() => document.documentElement.lang), language);
  assert.equal(await phone.evaluate(() => window.opener), null);
  await phone.close();
  const link = await page.locator('.secret code').textContent();
  assert.match(link, /\/member\/\S+$/);
  assert.deepEqual(await visitor.faults(), []);
}

async function signInForTheDay(phone, language, points) {
  const {page} = phone;
  const before = await points();
  await page.getByRole('button', {name: new RegExp(`^${WORDS[language].signIn}: `)}).click();
  await page.getByRole('status').waitFor();
  const signed = async () => {
    await page.reload();
    return (await page.getByText(SIGNED[language], {exact: true}).count()) > 0;
  };
  await until(signed, SECONDS, 'the sign-in of the day');
  const earned = async () => (await points()) === before + A_DAY;
  await until(earned, SECONDS, 'the points of the day');
}

async function takeReward(phone, language, points) {
  const {page} = phone;
  const before = await points();
  await page
    .getByRole('button', {name: `${WORDS[language].take}: ${MUG.name}`, exact: true})
    .click();
  await page.getByRole('status').filter({hasText: WORDS[language].done}).waitFor();
  await page.getByRole('heading', {name: WORDS[language].taken, exact: true}).waitFor();
  assert.equal(await points(), before - MUG.points);
}

// By the link alone: the day's sign-in, a reward, and the other language.
export async function onThePhone(visitor, {server}) {
  const {language} = visitor;
  await server.api('PUT', `${MEMBERS}/rewards/mug`, MUG);
  const {customers} = await server.api('GET', '/v1/customers?sort=revenue&limit=1');
  const person = `${MEMBERS}/people/${customers[0].id}`;
  const {token} = await server.api('POST', `${person}/link`, {days: 1});
  const points = async () => (await server.api('GET', `/v1/member/${token}`)).balances[0].points;
  const phone = await visitor.beside(PHONE);
  const {page} = phone;
  await page.goto(`${server.origin}/member/${token}?lang=${language}`);
  assert.deepEqual(await faultsHere(phone), []);
  await signInForTheDay(phone, language, points);
  await takeReward(phone, language, points);
  assert.deepEqual(await faultsHere(phone), []);
  const other = language === 'zh' ? 'en' : 'zh';
  await page.getByRole('link', {name: WORDS[language].other, exact: true}).click();
  await page.getByRole('heading', {name: MALL[other], exact: true}).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), other);
  assert.deepEqual(await faultsHere(phone), []);
  phone.expected.push('404 GET /member/nobody');
  await page.goto(`${server.origin}/member/nobody?lang=${language}`);
  await page.getByRole('heading', {name: CLOSED[language], exact: true}).waitFor();
  assert.deepEqual(await faultsHere(phone), []);
  phone.allWell();
  await page.context().close();
}
