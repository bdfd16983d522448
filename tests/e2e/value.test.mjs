// Value and proof in Chromium against the real program, in each language, on a shop whose models
// hold and whose experiments have results. PERENNIAL_E2E_PICTURES names a folder for pictures.
import path from 'node:path';
import {after, before, describe, test} from 'node:test';

import {startPerennial} from './perennial.mjs';
import {fillProofShop} from './shop_proof.mjs';
import {Visitor} from './visitor.mjs';
import {claim} from './walk_begin.mjs';
import * as proof from './walk_proof.mjs';
import * as value from './walk_value.mjs';

const STEPS = [
  ['a square of the RFM grid opens its people', value.rfm],
  ['the flow between stages is drawn, and opens people', value.stageFlow],
  ['lifetime value has its card', value.lifetimeValue],
  ['customers at risk have reasons, and are put on a list', value.risk],
  ['a band gets a coupon', value.coupons],
  ['an experiment says that it works', proof.experiment],
  ['a draw that went wrong is said', proof.skewed],
  ['goals have a line and their checks', proof.goals],
  ['a goal is made', proof.newGoal],
  ['a hold-out has members and a result', proof.holdOut],
  ['a programme has its return', proof.returns],
];

let server;
before(async () => {
  server = await startPerennial();
  await fillProofShop(server);
});
after(() => server?.stop());

async function link(language) {
  if (language === 'en') return server.firstLink;
  const user = {email: 'two@shop.example', role: 'administrator'};
  const made = await server.api('POST', '/v1/users', user);
  return server.origin + made.link;
}

describe('value and proof', () => {
  for (const language of ['en', 'zh']) {
    test(language, async (t) => {
      const visitor = await Visitor.arrive(language);
      visitor.picture = async (name) => {
        const folder = process.env.PERENNIAL_E2E_PICTURES;
        const file = `${name}-${language}.png`;
        if (folder) await visitor.page.screenshot({path: path.join(folder, file), fullPage: true});
      };
      try {
        let stopped = false;
        for (const [name, step] of [['somebody signs in', claim], ...STEPS]) {
          await t.test(name, {skip: stopped}, async () => {
            stopped = true;
            await step(visitor, {server}, await (step === claim ? link(language) : null)).catch(
              (error) => visitor.tell(error),
            );
            visitor.allWell();
            stopped = false;
          });
        }
      } finally {
        await visitor.leave();
      }
    });
  }
});
