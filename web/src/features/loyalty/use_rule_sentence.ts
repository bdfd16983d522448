import { useTranslation } from 'react-i18next';
import type { LoyaltyRule } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { partsOf } from './rule_words';

/** A rule as a sentence in the language of the console. */
export function useRuleSentence() {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return (rule: LoyaltyRule): string =>
    partsOf(rule)
      .map(({ key, points, minor, times, every, name }) =>
        t(`rule.${key}`, {
          points: format.count(points),
          money: format.money(minor),
          times: format.count(times, 2),
          every: word('cap_every', every ?? 'total'),
          name: name ?? '',
        }),
      )
      .join(t('rule.comma'));
}
