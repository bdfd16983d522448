import { describe, expect, test } from 'vitest';
import { offersWish, upliftQuery, type Action, type OffersForm } from './uplift';

const kActions: Action[] = [
  { of: 'campaign:c1', kind: 'campaign', name: 'Letter', measures: [] },
  {
    of: 'experiment:e1',
    kind: 'experiment',
    name: 'Coupon',
    measures: [{ key: 'ordered', name: '' }],
  },
];

describe('offersWish', () => {
  test('money in minor units, a measure where there is one, no limit where none was given', () => {
    const form: OffersForm = {
      among: 'stage:silent',
      offers: [
        { of: 'campaign:c1', value: 12.34, cost: 0.1 },
        { of: 'experiment:e1', value: 5, cost: 0, stock: 0 },
      ],
      budget: null,
      days: 7,
    };
    expect(offersWish(form, kActions, 100)).toEqual({
      among: 'stage:silent',
      offers: [
        { of: 'campaign:c1', value_minor: 1234, cost_minor: 10 },
        { of: 'experiment:e1', measure: 'ordered', value_minor: 500, cost_minor: 0, stock: 0 },
      ],
    });
  });

  test('limits of budget and contacts', () => {
    const form = { among: 'segment:s', offers: [], budget: 10, people: 3, at_most: 2, days: 30 };
    expect(offersWish(form, kActions, 1)).toEqual({
      among: 'segment:s',
      offers: [],
      budget_minor: 10,
      people: 3,
      contacts: { at_most: 2, days: 30 },
    });
  });
});

test('an experiment is asked for by its measure, a campaign by days', () => {
  const [campaign, experiment] = kActions as [Action, Action];
  expect(upliftQuery(campaign, 30)).toEqual({ of: 'campaign:c1', days: 30 });
  expect(upliftQuery(experiment, 30, 'ordered')).toEqual({
    of: 'experiment:e1',
    measure: 'ordered',
  });
});
