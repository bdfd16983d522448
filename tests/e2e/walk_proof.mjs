// Whether it worked: experiments with their verdicts and banners, hold-outs, goals and returns.
import assert from 'node:assert/strict';

import {EXPERIMENT, GOALS, HOLD_OUT, SKEWED} from './shop_proof.mjs';
import {drawn, opens} from './walk_value.mjs';

async function openExperiment(visitor, name) {
  await visitor.go('experiments');
  await visitor.settled();
  await visitor.page.getByRole('link', {name, exact: true}).click();
  await visitor.title(name);
  await visitor.settled();
}

export async function experiment(visitor, {server}) {
  const {page, t} = visitor;
  await visitor.go('experiments');
  await visitor.settled();
  await visitor.picture('experiments');
  await openExperiment(visitor, EXPERIMENT);
  const {experiments} = await server.api('GET', '/v1/experiments');
  const {id} = experiments.find(({name}) => name === EXPERIMENT);
  const {headline, people} = await server.api('GET', `/v1/experiments/${id}/result`);
  assert.equal(headline.verdict, 'works');
  await visitor.see(t('words.proof_verdict.works'));
  await visitor.see(visitor.number(people));
  await page.getByRole('region', {name: t('proof.forest')}).locator('svg circle').first().waitFor();
  await drawn(visitor, t('proof.cumulative'));
  await visitor.picture('experiment');
  const arms = page.getByRole('region', {name: t('proof.arms')});
  await opens(visitor, arms.getByRole('link').first());
}

export async function skewed(visitor) {
  const {t} = visitor;
  await openExperiment(visitor, SKEWED);
  await visitor.see(t('proof.mismatch'));
  await visitor.picture('experiment-skewed');
}

export async function goals(visitor, {server}) {
  const {page, t} = visitor;
  await visitor.go('goals');
  await visitor.settled();
  const {goals: all} = await server.api('GET', '/v1/goals');
  const nps = all.find(({name}) => name === GOALS.nps);
  const full = nps.months.filter(({complete}) => complete);
  assert.equal(full.length, 4);
  const section = page.getByRole('region', {name: GOALS.nps});
  await section.getByRole('img').locator('circle').first().waitFor();
  await section.getByText(t(`words.standing.${nps.standing}`)).first().waitFor();
  await section.getByRole('link', {name: HOLD_OUT}).waitFor();
  await section.getByText(t('goal.checks'), {exact: true}).click();
  const table = section.getByRole('table');
  assert.equal(await table.locator('tbody tr').count(), nps.months.length);
  // Each month that is over has what was written down then.
  assert.ok(full.every(({check}) => check !== null));
  assert.equal(await table.locator('.mark').count(), full.length);
  await visitor.picture('goals');
  const answered = visitor.number(full.at(-1).denominator);
  await opens(visitor, section.getByRole('link', {name: new RegExp(`^${answered}`)}).first());
  await page.getByRole('region', {name: GOALS.complaint_rate}).getByRole('img').waitFor();
}

export async function newGoal(visitor) {
  const {page, t, language} = visitor;
  await visitor.go('goals');
  await visitor.settled();
  const form = page.getByRole('region', {name: t('goal.new')});
  await form.getByLabel(t('proof.name')).fill(`Worth ${language}`);
  await visitor.choose(t('insight.measure'), t('words.goal_measure.ltv_cac'));
  await form.getByRole('button', {name: t('goal.add'), exact: true}).click();
  await page.getByRole('region', {name: `Worth ${language}`}).waitFor();
}

export async function holdOut(visitor) {
  const {page, t} = visitor;
  await visitor.go('hold_outs');
  await visitor.settled();
  await visitor.picture('hold-outs');
  const row = page.getByRole('row').filter({hasText: HOLD_OUT});
  await opens(visitor, row.getByRole('link').nth(1));
  await page.getByRole('link', {name: HOLD_OUT}).click();
  await visitor.title(HOLD_OUT);
  await page.getByRole('region', {name: t('proof.forest')}).locator('svg').first().waitFor();
  await visitor.still();
  await visitor.picture('hold-out');
}

export async function returns(visitor) {
  const {page, t} = visitor;
  await visitor.go('returns');
  await visitor.settled();
  const row = page.getByRole('row').filter({hasText: t('words.return_kind.programme')}).first();
  await row.getByRole('link', {name: t('returns.against', {name: HOLD_OUT})}).waitFor();
  await visitor.picture('returns');
}
