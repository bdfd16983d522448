// A programme as its form holds it. Pure.
import type { PointsCurrency, PointsExpiry, Programme, ProgrammeDraft } from '@/api/types';
import { faultOfId, isWord, type Faults } from '@/shared/form/faults';

export const kMostCurrencies = 8;

/** A further currency: its code is the first that is free. */
export function newCurrency(currencies: readonly PointsCurrency[]): PointsCurrency {
  const taken = new Set(currencies.map(({ code }) => code));
  let n = currencies.length + 1;
  while (taken.has(`points-${n}`)) n += 1;
  return {
    code: currencies.length === 0 ? 'points' : `points-${n}`,
    name: '',
    expiry: { kind: 'end_of', unit: 'year', after: 1 },
    delay_days: 0,
    shortfall: 'negative',
    spendable: true,
    cost_minor_per_1000: 0,
    expected_redemption_ppm: 800_000,
    spend_points: 100,
    spend_minor: 100,
    spend_max_percent: 100,
  };
}

/** Points that expire in another way. */
export function expiryOf(kind: PointsExpiry['kind']): PointsExpiry {
  if (kind === 'days') return { kind, days: 365 };
  if (kind === 'end_of') return { kind, unit: 'year', after: 1 };
  return { kind };
}

/** A new programme, which begins as the preset; its id only when it is free. */
export const freshProgramme = (
  preset: ProgrammeDraft,
  taken: readonly string[],
): ProgrammeDraft => ({
  ...preset,
  id: preset.id && !taken.includes(preset.id) ? preset.id : '',
  revision: 0,
});

/** What can be sent of a programme that was read. */
export function draftOf(programme: Programme): ProgrammeDraft {
  const { closed_until: _kept, ...draft } = programme;
  return draft;
}

/** Whether currencies were saved already: their code stays, and they cannot be removed. */
export const isSaved = (programme: Programme | undefined, code: string): boolean =>
  programme?.currencies.some((one) => one.code === code) ?? false;

export function faultsOfProgramme(draft: ProgrammeDraft, taken: readonly string[]): Faults {
  const faults: Faults = {};
  const id = draft.id ?? '';
  if (!draft.name.trim()) faults.name = 'needed';
  if (!draft.zone) faults.zone = 'needed';
  const wrong = draft.revision ? undefined : faultOfId(id);
  if (wrong) faults.id = wrong;
  else if (!draft.revision && taken.includes(id)) faults.id = 'twice';
  if (draft.currencies.length === 0) faults.currencies = 'one_needed';
  draft.currencies.forEach(({ code, name }, i) => {
    const at = `currencies.${i}`;
    if (!isWord(code)) faults[`${at}.code`] = 'word';
    else if (draft.currencies.some((other, k) => k < i && other.code === code))
      faults[`${at}.code`] = 'twice';
    if (!name?.trim()) faults[`${at}.name`] = 'needed';
  });
  return faults;
}
