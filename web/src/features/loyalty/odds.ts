// Odds of prizes: parts of a million, shown as percentages; and what is wrong with prizes. Pure.
import type { DrawDraft } from '@/api/types';
import type { Faults } from '@/shared/form/faults';

const kPpmPerPercent = 10_000;

export const percentOf = (ppm: number): number => ppm / kPpmPerPercent;
export const ppmOf = (percent: number): number => Math.round(percent * kPpmPerPercent);

/** The sum of all odds in percent, and whether it is everything. */
export function sumOf(prizes: readonly { odds_ppm: number }[]): { percent: number; all: boolean } {
  const ppm = prizes.reduce((sum, one) => sum + one.odds_ppm, 0);
  return { percent: percentOf(ppm), all: ppm === 100 * kPpmPerPercent };
}

export function faultsOfPrizes(prizes: DrawDraft['prizes']): Faults {
  const faults: Faults = {};
  prizes.forEach(({ name, kind, batch }, i) => {
    if (!name.trim() || (kind === 'coupon' && !batch)) faults[`prizes.${i}`] = 'needed';
  });
  if (prizes.length === 0) faults.prizes = 'one_needed';
  else if (!sumOf(prizes).all) faults.prizes = 'sum';
  return faults;
}
