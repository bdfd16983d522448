// A milestone of growth as words: "Order Completed 3 times within 90 days".
import { useTranslation } from 'react-i18next';

export function useMilestone() {
  const { t } = useTranslation();
  return ({ event, times, days }: { event: string; times: number; days: number }): string =>
    t('growth.did', { event, count: times }) +
    (days > 0 ? t('growth.within', { count: days }) : '');
}
