// What a coupon pays, in words.
import { useTranslation } from 'react-i18next';
import type { CouponBatch } from '@/api/types';
import { useFormat } from '@/shared/use_format';

export function useWorth(): (batch: CouponBatch) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (batch) => {
    const most = batch.max_minor ?? 0;
    const worth = {
      fixed: () => t('coupon.off', { worth: format.money(batch.amount_minor) }),
      percent: () =>
        most > 0
          ? t('coupon.percent_most', { n: batch.percent ?? 0, most: format.money(most) })
          : t('coupon.off', { worth: format.percent((batch.percent ?? 0) / 100, 0) }),
      free_shipping: () => t('coupon.free_shipping'),
    }[batch.kind]();
    const least = batch.min_spend_minor ?? 0;
    return least > 0 ? t('coupon.from_spend', { worth, least: format.money(least) }) : worth;
  };
}
