// The levels of a programme as their form holds them: in ascending order, the first one
// everybody's. Pure.
import type { Levels, LevelsDraft, LoyaltyLevel } from '@/api/types';
import type { Faults } from '@/shared/form/faults';
import { wordOf } from '../word_of';

export const kMostLevels = 50;
export const kPrivileges: readonly string[] = [
  'birthday_gift',
  'free_shipping',
  'priority_sla',
  'exclusive_rewards',
];
type Measure = Levels['measure'];

/** A further level above the others. Its code is new: histories tell of those of before. */
export function newLevel(levels: readonly LoyaltyLevel[], salt: number = Date.now()): LoyaltyLevel {
  const top = levels.at(-1)?.threshold ?? 0;
  return {
    code: wordOf('level', salt),
    name: '',
    threshold: levels.length === 0 ? 0 : Math.max(1, top * 2),
    keep_threshold: -1,
    multiplier_percent: 100,
    privileges: {},
  };
}

/**
 * A level changes places with the one above or below. What it takes to reach and keep a place stays
 * with the place, for thresholds ascend.
 */
export function moved(levels: readonly LoyaltyLevel[], at: number, by: 1 | -1): LoyaltyLevel[] {
  const one = levels[at];
  const other = levels[at + by];
  if (!one || !other) return [...levels];
  const terms = ({ threshold = 0, keep_threshold = -1 }: LoyaltyLevel) => ({
    threshold,
    keep_threshold,
  });
  return levels.map((level, i) => {
    if (i === at) return { ...other, ...terms(one) };
    if (i === at + by) return { ...one, ...terms(other) };
    return level;
  });
}

/** Without one level; the lowest that is left is everybody's. */
export function without(levels: readonly LoyaltyLevel[], at: number): LoyaltyLevel[] {
  const left = levels.filter((_, i) => i !== at);
  return left.map((level, i) => (i === 0 ? { ...level, threshold: 0, keep_threshold: -1 } : level));
}

/** Thresholds counted by another measure: money is in minor units, points and orders are not. */
export function withMeasure<T extends LevelsDraft>(draft: T, measure: Measure, unit: number): T {
  const before = draft.measure ?? 'points';
  const factor = (measure === 'spend' ? unit : 1) / (before === 'spend' ? unit : 1);
  const as = (n: number | undefined) => (n === undefined || n < 0 ? n : Math.round(n * factor));
  const levels = draft.levels.map((level) => ({
    ...level,
    threshold: as(level.threshold) ?? 0,
    keep_threshold: as(level.keep_threshold) ?? -1,
  }));
  return { ...draft, measure, levels };
}

/** The names of what a level gives. */
export const privilegesOf = ({ privileges }: LoyaltyLevel): string[] =>
  Object.entries(privileges ?? {})
    .filter(([, given]) => Boolean(given))
    .map(([name]) => name);

/** The level with these privileges; one that says more than "yes" keeps what it says. */
export function withPrivileges(level: LoyaltyLevel, names: readonly string[]): LoyaltyLevel {
  const before = level.privileges ?? {};
  const privileges = Object.fromEntries(
    names
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name) => [name, before[name] || true]),
  );
  return { ...level, privileges };
}

/** The preset for a programme that may not have the preset's currency. */
export const presetFor = (preset: LevelsDraft, currencies: readonly string[]): LevelsDraft => ({
  ...preset,
  currency: currencies.includes(preset.currency ?? '') ? (preset.currency ?? '') : '',
});

export function faultsOfLevels({ levels }: LevelsDraft): Faults {
  const faults: Faults = {};
  levels.forEach(({ name, threshold = 0 }, i) => {
    if (!name.trim()) faults[`levels.${i}.name`] = 'needed';
    const below = levels[i - 1]?.threshold ?? 0;
    if (i > 0 && threshold <= below) faults[`levels.${i}.threshold`] = 'ascending';
  });
  return faults;
}
