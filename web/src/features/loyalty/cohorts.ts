// The points of each month of earning, and what became of them. Pure.
import type { Liability } from '@/api/types';
import type { CsvValue } from '@/shared/csv';

export const kFates = ['used', 'expired', 'outstanding'] as const;
export type Fate = (typeof kFates)[number];

// Of gift cards: made is the sum of the others.
export const kCardFates = ['made', 'claimed', 'voided', 'lapsed', 'unclaimed'] as const;

export const cohortRows = (liability: Liability): CsvValue[][] => [
  ['month', 'earned', ...kFates, 'liability_minor', 'currency'],
  ...liability.cohorts.map((one) => [
    one.month,
    one.earned,
    ...kFates.map((fate) => one[fate]),
    one.liability_minor,
    liability.money,
  ]),
];
