// Values and changes of a measure in words.
import { useTranslation } from 'react-i18next';
import type { ExperimentMeasureResult } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { isShare } from './result';

type Kind = Pick<ExperimentMeasureResult, 'kind' | 'money'>;

export function useValues(currency: string) {
  const { t } = useTranslation();
  const format = useFormat();
  const signed = (value: number, text: string) => (value > 0 ? `+${text}` : text);
  return {
    value: (measure: Kind, value: number | null) => {
      if (value === null) return '–';
      if (isShare(measure.kind)) return format.percent(value, 2);
      return measure.money ? format.money(Math.round(value), { currency }) : format.count(value, 3);
    },
    change: (measure: Kind, value: number | null) => {
      if (value === null) return '–';
      if (isShare(measure.kind)) return t('result.points', { points: format.points(value, 2) });
      if (measure.money) return format.money(Math.round(value), { currency, sign: true });
      return signed(value, format.count(value, 3));
    },
    percent: (value: number | null) =>
      value === null ? '–' : signed(value, format.percent(value, 1)),
  };
}
