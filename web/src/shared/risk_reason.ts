// Why somebody's risk is high, in words.
import { useTranslation } from 'react-i18next';
import type { ChurnReason } from '@/api/value_types';
import { useFormat } from './use_format';
import { useWords } from './use_words';

/** Columns that are told by their name alone: logarithms and yes-or-no mean nothing as numbers. */
const kUnsaid = new Set([
  'mean_amount',
  'paid_90',
  'paid_all',
  'acts_30',
  'low_score',
  'unpaid',
  'has_ordered',
]);

export function useRiskReason() {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return ({ column, value }: ChurnReason): string => {
    const name = word('churn_column', column);
    if (kUnsaid.has(column)) return name;
    return t('risk.reason', {
      name,
      value:
        column === 'refund_share'
          ? format.percent(value, 0)
          : format.count(value, value < 10 ? 1 : 0),
    });
  };
}
