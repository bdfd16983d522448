// Odds of prizes: parts of a million, shown as percentages.

const kPpmPerPercent = 10_000;

export const percentOf = (ppm: number): number => ppm / kPpmPerPercent;
export const ppmOf = (percent: number): number => Math.round(percent * kPpmPerPercent);

/** The sum of all odds in percent, and whether it is everything. */
export function sumOf(prizes: readonly { odds_ppm: number }[]): { percent: number; all: boolean } {
  const ppm = prizes.reduce((sum, one) => sum + one.odds_ppm, 0);
  return { percent: percentOf(ppm), all: ppm === 100 * kPpmPerPercent };
}
