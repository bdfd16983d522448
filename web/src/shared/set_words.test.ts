import { expect, test } from 'vitest';
import { audienceOf, customersPath, parseSet, ruleOfSet } from './set_words';

test('takes every form of the contract apart', () => {
  expect(parseSet('stage:silent')).toEqual({ kind: 'stage', stage: 'silent' });
  expect(parseSet('growth:novice')).toEqual({ kind: 'growth', growth: 'novice' });
  expect(parseSet('left:period:early')).toEqual({ kind: 'left_period', period: 'early' });
  expect(parseSet('left:2024-05')).toEqual({ kind: 'left', month: '2024-05' });
  expect(parseSet('rfm:5-4-4')).toEqual({ kind: 'rfm', scores: '5-4-4' });
  expect(parseSet('rate:kept:month:2011-08')).toEqual({
    kind: 'rate',
    what: 'kept',
    by: 'month',
    label: '2011-08',
  });
  expect(parseSet('triangle:any:month:2010-12:3')).toEqual({
    kind: 'triangle',
    activity: 'any',
    by: 'month',
    label: '2010-12',
    offset: 3,
  });
  expect(parseSet('campaign:c1:verdict:held_out')).toEqual({
    kind: 'campaign_verdict',
    campaign: 'c1',
    verdict: 'held_out',
  });
  expect(parseSet('campaign:c1:ordered:treated:30')).toEqual({
    kind: 'campaign_ordered',
    campaign: 'c1',
    arm: 'treated',
    days: 30,
  });
  expect(parseSet('segment:seg_1')).toEqual({ kind: 'segment', id: 'seg_1' });
  expect(parseSet('moon')).toEqual({ kind: 'other', text: 'moon' });
});

test('only stages and cells can become an audience', () => {
  expect(audienceOf('stage:silent')).toEqual({ stages: ['silent'], cells: [] });
  expect(audienceOf('cell:at_risk')).toEqual({ stages: [], cells: ['at_risk'] });
  expect(audienceOf('rfm:1-1-1')).toBeNull();
});

test('the address of a set is escaped', () => {
  expect(customersPath('cell:a&b')).toBe('/customers?set=cell%3Aa%26b');
});

test('a set that a rule can say becomes one', () => {
  expect(ruleOfSet('segment:seg_1')?.rule).toEqual({ all: [{ segment: 'seg_1' }] });
  expect(ruleOfSet('growth:stable')?.rule).toEqual({
    all: [{ fact: { name: 'growth_stage', is: ['stable'] } }],
  });
  expect(ruleOfSet('stage:silent')?.rule).toEqual({
    all: [{ fact: { name: 'lifecycle_stage', is: ['silent'] } }],
  });
  expect(ruleOfSet('cell:champions')?.rule).toEqual({
    all: [{ fact: { name: 'rfm_cell', is: ['champions'] } }],
  });
  expect(ruleOfSet('tier:high')?.rule).toEqual({
    all: [{ fact: { name: 'value_tier', is: ['high'] } }],
  });
  expect(ruleOfSet('health:red')?.rule).toEqual({
    all: [{ fact: { name: 'health_light', is: ['red'] } }],
  });
  expect(ruleOfSet('health:red:a1b2c3')).toBeNull(); // of one owner
  expect(ruleOfSet('people:q1.2.3')).toBeNull();
});
