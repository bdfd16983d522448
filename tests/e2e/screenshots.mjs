// Pictures for the documentation, from the demonstration shop: builds it with tools/demo on a free
// port, signs in, and writes docs/screenshots/*.png: node screenshots.mjs
// With PERENNIAL_DEMO_ADDRESS and PERENNIAL_DEMO_DATA it looks at a demo that runs already.
import {spawn} from 'node:child_process';
import {mkdir, mkdtemp, readFile, rm} from 'node:fs/promises';
import {createServer} from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {once} from 'node:events';

import {BUILD, CHDB, ROOT} from './perennial.mjs';
import {Visitor} from './visitor.mjs';

const FOLDER = path.join(ROOT, 'docs/screenshots');

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const {port} = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

async function startDemo() {
  const {PERENNIAL_DEMO_ADDRESS: address, PERENNIAL_DEMO_DATA: known} = process.env;
  if (address && known) return {address, data: known, stop: () => {}};
  const parent = await mkdtemp(path.join(os.tmpdir(), 'perennial-screenshots-'));
  const data = path.join(parent, 'demo');
  const port = await freePort();
  const demo = spawn(path.join(ROOT, 'tools/demo'), [path.join(BUILD, 'bin/perennial')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PERENNIAL_CHDB: CHDB,
      ...process.env,
      PERENNIAL_DEMO_DATA: data,
      PERENNIAL_DEMO_PORT: String(port),
    },
  });
  const stop = async () => {
    demo.kill('SIGTERM');
    if (demo.exitCode === null) await once(demo, 'exit');
    await rm(parent, {recursive: true, force: true});
  };
  for await (const line of createInterface({input: demo.stdout})) {
    process.stderr.write(`${line}\n`);
    if (line.startsWith('Stop with')) return {address: `http://127.0.0.1:${port}`, data, stop};
  }
  await stop();
  throw new Error('the demo did not open');
}

async function signIn(language, {address, data}) {
  const visitor = await Visitor.arrive(language);
  const {page, t} = visitor;
  const words = await readFile(path.join(data, 'sign-in.txt'), 'utf8');
  const [, email, password] = /e-mail (\S+), password (\S+)/.exec(words);
  await page.goto(address);
  await page.locator('form').waitFor();
  const switcher = page.locator(`button[lang=${language}]`);
  if (await switcher.count()) await switcher.click();
  await page.getByLabel(t('access.email'), {exact: true}).fill(email);
  await page.getByLabel(t('access.password'), {exact: true}).fill(password);
  await visitor.button('do.sign_in').click();
  await visitor.title(t('nav.overview'));
  return visitor;
}

async function picture(visitor, address, name) {
  await visitor.page.goto(address);
  await visitor.page.locator('main h1').waitFor();
  await visitor.still();
  await visitor.page.screenshot({path: path.join(FOLDER, `${name}.png`)});
}

const demo = await startDemo();
try {
  await mkdir(FOLDER, {recursive: true});
  const english = await signIn('en', demo);
  await picture(english, demo.address, 'overview');
  const ask = (target) => english.page.evaluate(async (to) => (await fetch(to)).json(), target);
  const [campaign] = (await ask('/v1/campaigns')).campaigns;
  const [customer] = (await ask('/v1/customers?set=stage:silent&sort=revenue&limit=1')).customers;
  await picture(english, `${demo.address}/campaigns/${campaign.id}`, 'campaign-result');
  await english.leave();
  const chinese = await signIn('zh', demo);
  await picture(chinese, `${demo.address}/insights/retention`, 'retention');
  await picture(chinese, `${demo.address}/customers/${customer.id}`, 'customer');
  await chinese.leave();
} finally {
  await demo.stop();
}
