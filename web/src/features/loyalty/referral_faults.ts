// What is still wrong with the terms of referral. Pure.
import type { ReferralTerms } from '@/api/types';
import type { Faults } from '@/shared/form/faults';

/** What has to be said: who claims by what, and what is rewarded. */
export const kTexts = ['claim_event', 'code_property', 'event'] as const;

export function referralFaults(terms: ReferralTerms): Faults {
  return Object.fromEntries(
    kTexts.filter((field) => !terms[field]?.trim()).map((field) => [field, 'needed' as const]),
  );
}
