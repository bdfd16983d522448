// Somebody who uses the console in Chromium, in one language: finds things by the words of the console's own catalogue,
// and writes down whatever went wrong on the way (console errors, uncaught errors, failed requests).
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';

import {launchBrowser} from './browser.mjs';
import {ROOT} from './perennial.mjs';

const DEADLINE_MS = 20_000;
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function catalogue(language) {
  const texts = JSON.parse(await readFile(path.join(ROOT, `web/src/i18n/${language}.json`), 'utf8'));
  // t('unit.people_other', {n: '5'}): as the console says it.
  return (key, values = {}) => {
    const text = key.split('.').reduce((node, name) => node?.[name], texts);
    assert.equal(typeof text, 'string', `the catalogue ${language} has no ${key}`);
    return text.replace(/\{\{(\w+)\}\}/g, (_, name) => String(values[name]));
  };
}

export class Visitor {
  static async arrive(language) {
    const visitor = new Visitor();
    visitor.language = language;
    visitor.t = await catalogue(language);
    visitor.browser = await launchBrowser();
    const context = await visitor.browser.newContext({
      viewport: {width: 1440, height: 900},
      colorScheme: 'light',
      timezoneId: 'Asia/Tokyo', // not the shop's: no page may count by the browser's clock
    });
    context.setDefaultTimeout(DEADLINE_MS);
    visitor.page = await context.newPage();
    visitor.watch();
    return visitor;
  }

  watch() {
    this.problems = [];
    this.expected = [];
    const {page, problems} = this;
    page.on('console', (message) => {
      // Chromium repeats a failed request here; it is judged below, with its address.
      if (message.text().startsWith('Failed to load resource')) return;
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('response', (response) => {
      if (response.status() < 400) return;
      const what = `${response.status()} ${response.request().method()} ${new URL(response.url()).pathname}`;
      const at = this.expected.indexOf(what);
      if (at >= 0) this.expected.splice(at, 1);
      else problems.push(what);
    });
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? '';
      // A page that is left takes its open questions with it.
      if (why !== 'net::ERR_ABORTED') problems.push(`${why} ${request.url()}`);
    });
  }

  // Everything so far went well, and what was expected to be refused was.
  allWell() {
    assert.deepEqual(this.problems, []);
    assert.deepEqual(this.expected, []);
  }

  number(value) {
    return new Intl.NumberFormat(this.language === 'zh' ? 'zh-CN' : 'en-GB').format(value);
  }

  see(text, exact = false) {
    return this.page.getByText(text, {exact}).first().waitFor();
  }

  button(key, values) {
    return this.page.getByRole('button', {name: this.t(key, values), exact: true});
  }

  async go(nav) {
    await this.page.getByRole('navigation').getByRole('link', {name: this.t(`nav.${nav}`), exact: true}).click();
    await this.title(this.t(`nav.${nav}`));
  }

  title(text) {
    return this.page.getByRole('heading', {level: 1, name: text, exact: true}).waitFor();
  }

  // The value beside a name in a list of facts.
  async fact(key) {
    const name = this.page.locator('dl.facts dt', {hasText: new RegExp(`^${this.t(key)}$`)}).first();
    return (await name.locator('xpath=following-sibling::dd[1]').textContent()).trim();
  }

  // Chooses in a select, by the select's name and the option's text.
  async choose(name, option) {
    await this.page.getByRole('combobox', {name, exact: true}).click();
    await this.page
      .locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option')
      .filter({hasText: option})
      .first()
      .click();
  }

  // Nothing is still being read on the page.
  async settled() {
    await this.page.waitForLoadState('networkidle');
    await this.page.waitForFunction(
      () => !document.querySelector('.ant-skeleton, .ant-spin-spinning'),
    );
  }

  // What axe-core finds serious or critical on the page as it stands, one line a fault.
  async faults() {
    await this.settled();
    await this.page.evaluate(() =>
      Promise.all(
        document
          .getAnimations()
          .filter(({effect}) => effect.getComputedTiming().iterations !== Infinity)
          .map((animation) => animation.finished.catch(() => null)),
      ),
    );
    await this.page.evaluate(AXE);
    const {violations} = await this.page.evaluate(() => globalThis.axe.run());
    return violations
      .filter(({impact}) => impact === 'serious' || impact === 'critical')
      .flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
  }

  leave() {
    return this.browser.close();
  }
}
