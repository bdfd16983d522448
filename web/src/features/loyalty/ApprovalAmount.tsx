import { useTranslation } from 'react-i18next';
import type { Approval, Programme } from '@/api/types';
import { useFormat } from '@/shared/use_format';

/** How much it is about: points of a currency, what coupons are worth, or a limit. */
export function ApprovalAmount({ programme, one }: { programme: Programme; one: Approval }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (one.what === 'coupon_codes' || one.what === 'coupon_issue')
    return <>{one.amount === 0 ? t('approval.no_limit') : format.money(one.amount)}</>;
  const currency = programme.currencies.find(({ code }) => code === one.currency)?.name;
  return (
    <>
      {format.count(one.amount)} <span className="quiet">{currency}</span>
    </>
  );
}
