// The path of somebody new, in Chromium against the real program, once in each language; then
// every page with axe-core.
import assert from 'node:assert/strict';
import {rm} from 'node:fs/promises';
import {after, before, describe, test} from 'node:test';

import {closedPages, everyPage} from './pages.mjs';
import {startPerennial} from './perennial.mjs';
import {cutShop} from './shop.mjs';
import {Visitor} from './visitor.mjs';
import * as act from './walk_act.mjs';
import * as begin from './walk_begin.mjs';
import * as insights from './walk_insights.mjs';
import * as loyalty from './walk_loyalty.mjs';
import * as member from './walk_member.mjs';
import * as people from './walk_people.mjs';
import * as programme from './walk_programme.mjs';
import * as second from './walk_second.mjs';
import * as segments from './walk_segments.mjs';

const STEPS = [
  ['the first link sets a password', begin.claim],
  ['the empty overview says what to do', begin.overviewSaysWhatToDo],
  ['theme and language are remembered', begin.lookAndLanguageAreKept],
  ['the workspace gets its zone, currency and clock', begin.workspace],
  ['customers are imported', begin.importCustomers],
  ['orders are mapped, tried and imported', begin.importOrders],
  ['the overview is full', begin.fullOverview],
  ['customers are searched, sorted and filtered', people.customersList],
  ['one customer has a timeline', people.oneCustomer],
  ['an open file hears of news, and takes files', people.liveFile],
  ['an owner is chosen, and dealings are looked at', people.ownerAndDealings],
  ['columns and views are kept', people.columnsAndViews],
  ['a cell of the retention triangle opens its people', people.retentionTriangle],
  ['activity and stages', people.activityAndStages],
  ['a square of the RFM grid opens its people', people.rfmCell],
  ['a group stands against everybody', people.portrait],
  ['every kind of question is asked', insights.everyAnalysis],
  ['a question with all of its options is answered as the API does', insights.withOptions],
  ['a number of an answer opens its people', insights.peopleBehind],
  ['an answer is saved as CSV and picture', insights.takenAway],
  ['a report stands on a dashboard', insights.reportOnADashboard],
  ['a report is shared by a link', insights.sharedByLink],
  ['a question that takes long is stopped', insights.stoppedQuestion],
  ['a segment is built, and says why', segments.built],
  ['a number becomes a list', segments.numberIsKept],
  ['a number of a funnel becomes a rule', segments.funnelIsKept],
  ['a stage becomes a rule', segments.stageIsKept],
  ['a question is about segments', segments.segmentInAQuestion],
  ['a campaign is composed and sent', act.campaign],
  ['its result has an interval and says what it is', act.result],
  ['a draft is deleted', act.dropDraft],
  ['a key is made and its event seen', act.keyAndLiveView],
  ['a user is invited', act.users],
  ['texts that break programs are shown as texts', people.brokenTexts],
  ['a customer is erased, and the receipt is there', people.erased],
  ['the audit trail has it all', act.audit],
  ['a programme starts from the preset', loyalty.programme],
  ['a friend is referred, and both are rewarded', loyalty.referral],
  ['gift cards are made, claimed and void', loyalty.giftCards],
  ['gold members pay less for tea', loyalty.priceRule],
  ['the terms of referral are tried on the past', loyalty.dryRun],
  ['a draw is looked at and changed', loyalty.draw],
  ['the terms of the programme are changed', programme.settings],
  ['a rule is made of its parts', programme.rule],
  ['a rule becomes a mission', programme.ruleChanged],
  ['levels are added, moved and removed', programme.levels],
  ['another programme is set up by hand', programme.another],
  ['a second programme has every page', second.second],
  ['a rule of every part keeps every part', second.everyPart],
  ['two people agree to an adjustment', programme.fourEyes],
  ['the ledger is searched over everybody', programme.ledger],
  ['an order is tried, with the reasons', programme.quote],
  ['a member centre opens as on a phone', member.opened],
  ['a member signs in and takes a reward on their phone', member.onThePhone],
  ['an address is told', loyalty.webhook],
  ['out, and in with the password', act.outAndIn],
];

let shop;
before(async () => {
  shop = await cutShop();
});
after(() => rm(shop.directory, {recursive: true, force: true}));

// Each language has a program and a browser of its own, so both walk at the same time.
describe("the newcomer's path", {concurrency: 2}, () => {
  for (const language of ['en', 'zh']) {
    test(language, async (t) => {
      const server = await startPerennial();
      const visitor = await Visitor.arrive(language).catch(async (error) => {
        await server.stop();
        throw error;
      });
      try {
        let stopped = false; // a step needs what the ones before it did
        for (const [name, step] of STEPS) {
          await t.test(name, {skip: stopped}, async () => {
            stopped = true;
            await step(visitor, {server, shop}).catch((error) => visitor.tell(error));
            visitor.allWell();
            stopped = false;
          });
        }
        await t.test('every page is accessible', {skip: stopped}, async () => {
          assert.deepEqual(await everyPage(visitor, server), []);
          visitor.allWell();
        });
        await t.test('closed pages are accessible', {skip: stopped}, async () => {
          await closedPages(visitor, {server});
          visitor.allWell();
        });
      } finally {
        await visitor.leave();
        await server.stop();
      }
    });
  }
});
