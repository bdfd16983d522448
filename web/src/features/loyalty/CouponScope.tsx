import { Input, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CouponBatchDraft } from '@/api/types';
import { CartLists } from './CartLists';
import { FormRow } from './FormRow';

interface Props {
  draft: CouponBatchDraft;
  change: (part: Partial<CouponBatchDraft>) => void;
}

/** What of a cart a coupon covers, and which coupons it goes with. */
export function CouponScope({ draft, change }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <CartLists draft={draft} change={change} />
      <FormRow name={t('coupon.exclusive')}>
        <Switch
          aria-label={t('coupon.exclusive')}
          checked={draft.exclusive ?? false}
          onChange={(exclusive) => change({ exclusive })}
        />
      </FormRow>
      <FormRow name={t('coupon.stack_group')} at="stack_group">
        <Input
          aria-label={t('coupon.stack_group')}
          maxLength={40}
          disabled={draft.exclusive ?? false}
          value={draft.stack_group ?? ''}
          onChange={({ target }) =>
            change({ stack_group: target.value.toLowerCase().replace(/[^a-z0-9_-]/g, '') })
          }
          style={{ width: 180 }}
        />
        <span className="quiet">{t('coupon.stack_hint')}</span>
      </FormRow>
    </>
  );
}
