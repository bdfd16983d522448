import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { FormRow } from './FormRow';

const kLists = ['products', 'categories', 'not_products', 'not_categories'] as const;

type Lists = Partial<Record<(typeof kLists)[number], string[]>>;

interface Props {
  draft: Lists;
  change: (part: Lists) => void;
}

/** Which lines of a cart something is for. */
export function CartLists({ draft, change }: Props) {
  const { t } = useTranslation();
  return (
    <>
      {kLists.map((list) => (
        <FormRow key={list} name={t(`coupon.${list}`)} at={list}>
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
    </>
  );
}
