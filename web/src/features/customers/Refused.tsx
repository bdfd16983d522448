import { useTranslation } from 'react-i18next';
import type { TimelineItem } from '@/api/types';
import { useFormat } from '@/shared/use_format';

/** Refunds of an order that were said in another currency than its own, and do not count. */
export function Refused({ order }: { order: NonNullable<TimelineItem['order']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return order.refused?.map((one) => (
    <div className="bad small" key={`${one.at}${one.currency}${one.amount_minor}`}>
      {t('customer.refund_refused', {
        money: format.money(one.amount_minor, { currency: one.currency }),
      })}
    </div>
  ));
}
