// Somebody who uses the console in Chromium, in one language: finds things by the words of the
// console's own catalogue, and writes down whatever went wrong on the way (console errors, uncaught
// errors, failed requests).
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';

import {launchBrowser} from './browser.mjs';
import {ROOT} from './perennial.mjs';

const DEADLINE_MS = 60_000;
const FRAME_MS = 100;
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function catalogue(language) {
  const texts = JSON.parse(
    await readFile(path.join(ROOT, `web/src/i18n/${language}.json`), 'utf8'),
  );
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
      // What moves under the pointer can be missed by a click.
      reducedMotion: 'reduce',
      timezoneId: 'Asia/Tokyo', // not the shop's: no page may count by the browser's clock
    });
    context.setDefaultTimeout(DEADLINE_MS);
    visitor.page = await context.newPage();
    visitor.watch();
    return visitor;
  }

  // Somebody else, or another device, in the same browser: nothing of a session is shared.
  async beside(settings = {}) {
    const other = new Visitor();
    Object.assign(other, {language: this.language, t: this.t, browser: this.browser});
    const context = await this.browser.newContext({
      viewport: {width: 1440, height: 900},
      colorScheme: 'light',
      reducedMotion: 'reduce',
      timezoneId: 'Asia/Tokyo',
      ...settings,
    });
    context.setDefaultTimeout(DEADLINE_MS);
    other.page = await context.newPage();
    other.watch();
    return other;
  }

  watch() {
    this.problems = [];
    this.expected = [];
    this.open = new Set();
    const {page, problems} = this;
    page.on('request', (request) => {
      // News of an open customer file: such a request ends with the page.
      if (request.resourceType() !== 'eventsource') this.open.add(request);
    });
    for (const end of ['requestfinished', 'requestfailed'])
      page.on(end, (request) => this.open.delete(request));
    page.on('console', (message) => {
      // Chromium repeats a failed request here; it is judged below, with its address.
      if (message.text().startsWith('Failed to load resource')) return;
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('response', (response) => {
      if (response.status() < 400) return;
      const {pathname} = new URL(response.url());
      const what = `${response.status()} ${response.request().method()} ${pathname}`;
      const at = this.expected.indexOf(what);
      if (at >= 0) this.expected.splice(at, 1);
      else {
        const place = problems.push(what) - 1;
        const why = (text) => (problems[place] = `${what} ${text.slice(0, 300)}`);
        response.text().then(why, () => {});
      }
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

  // Throws the error again with where the visitor stood and what was still unanswered, and saves a
  // picture if PERENNIAL_E2E_PICTURES names a folder.
  async tell(error) {
    const folder = process.env.PERENNIAL_E2E_PICTURES;
    if (folder)
      await this.page.screenshot({path: path.join(folder, `failed-${this.language}.png`)});
    const unanswered = [...this.open].map(
      (request) => `unanswered: ${request.method()} ${new URL(request.url()).pathname}`,
    );
    const lines = [`at ${this.page.url()}`, ...unanswered, ...this.problems];
    error.message += `\n${lines.join('\n')}`;
    throw error;
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
    await this.page
      .getByRole('navigation')
      .getByRole('link', {name: this.t(`nav.${nav}`), exact: true})
      .click();
    await this.title(this.t(`nav.${nav}`));
  }

  title(text) {
    return this.page.getByRole('heading', {level: 1, name: text, exact: true}).waitFor();
  }

  // The value beside a name in a list of facts.
  async fact(key) {
    const name = this.page
      .locator('dl.facts dt', {hasText: new RegExp(`^${this.t(key)}$`)})
      .first();
    return (await name.locator('xpath=following-sibling::dd[1]').textContent()).trim();
  }

  // Opens a select; what is chosen in it lies over its input.
  unfold(combobox) {
    return combobox
      .locator('xpath=ancestor::div[contains(@class, "ant-select-selector")]')
      .click();
  }

  // The options of a select. The list of the one before may still be folding up.
  async options(combobox) {
    const list = `${await combobox.getAttribute('id')}_list`;
    return this.page.locator(`.ant-select-dropdown:has([id="${list}"]) .ant-select-item-option`);
  }

  // Chooses in a select, by the select's name and the option's text.
  async choose(name, option) {
    const combobox = this.page.getByRole('combobox', {name, exact: true});
    await this.unfold(combobox);
    await (await this.options(combobox)).filter({hasText: option}).first().click();
  }

  // Nothing is still being read on the page, and what was read is drawn.
  async settled() {
    const drawn = () =>
      this.page.evaluate(
        () =>
          new Promise((done) => {
            requestAnimationFrame(() => requestAnimationFrame(done));
          }),
      );
    await drawn();
    while (this.open.size > 0) {
      const [request] = this.open;
      await request
        .response()
        .then((response) => response?.finished())
        .catch(() => null);
      this.open.delete(request);
      await drawn();
    }
    await this.page.waitForFunction(
      () => !document.querySelector('.ant-skeleton, .ant-spin-spinning'),
    );
  }

  // Settled, and nothing moves any more.
  async still() {
    await this.settled();
    await this.page.evaluate(() =>
      Promise.all(
        document
          .getAnimations()
          .filter(({effect}) => effect.getComputedTiming().iterations !== Infinity)
          .map((animation) => animation.finished.catch(() => null)),
      ),
    );
    // Charts move by script: they stand still when two looks at them see the same.
    await this.page.waitForFunction(
      () => {
        const before = globalThis.chartsSeen;
        globalThis.chartsSeen = [...document.querySelectorAll('[role=img]')]
          .map((chart) => chart.innerHTML)
          .join();
        return globalThis.chartsSeen === '' || before === globalThis.chartsSeen;
      },
      null,
      {polling: FRAME_MS},
    );
  }

  // What axe-core finds serious or critical on the page as it stands, one line a fault.
  async faults() {
    await this.still();
    // A button that still says that it works is paler than it will be.
    await this.page.waitForFunction(
      () =>
        !document.querySelector('.ant-btn-loading') &&
        !document.getAnimations().some((one) => one instanceof CSSTransition),
      null,
      {polling: FRAME_MS},
    );
    if (!(await this.page.evaluate(() => 'axe' in globalThis))) await this.page.evaluate(AXE);
    const {violations} = await this.page.evaluate(() =>
      globalThis.axe.run({resultTypes: ['violations']}),
    );
    return violations
      .filter(({impact}) => impact === 'serious' || impact === 'critical')
      .flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
  }

  leave() {
    return this.browser.close();
  }
}
