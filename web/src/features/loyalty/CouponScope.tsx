import { Input, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CouponBatchDraft } from '@/api/types';
import { FormRow } from './FormRow';

const kLists = ['products', 'categories', 'not_products', 'not_categories'] as const;

interface Props {
  draft: CouponBatchDraft;
  change: (part: Partial<CouponBatchDraft>) => void;
}

/** What of a cart a coupon covers, and which coupons it goes with. */
export function CouponScope({ draft, change }: Props) {
  const { t } = useTranslation();
  return (
    <>
      {kLists.map((list) => (
        <FormRow key={list} name={t(`coupon.${list}`)}>
          <Select
            mode="tags"
            aria-label={t(`coupon.${list}`)}
            placeholder={t('coupon.lists_hint')}
            value={draft[list] ?? []}
            onChange={(words: string[]) => change({ [list]: words })}
            open={false}
            suffixIcon={null}
            style={{ minWidth: 320 }}
          />
        </FormRow>
      ))}
      <FormRow name={t('coupon.exclusive')}>
        <Switch
          aria-label={t('coupon.exclusive')}
          checked={draft.exclusive ?? false}
          onChange={(exclusive) => change({ exclusive })}
        />
      </FormRow>
      <FormRow name={t('coupon.stack_group')}>
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
