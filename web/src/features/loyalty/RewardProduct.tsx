import { useQuery } from '@tanstack/react-query';
import { AutoComplete } from 'antd';
import { useDeferredValue } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { useRight } from '@/shared/session';
import { FormRow } from './FormRow';

const kMost = 200;
const kListed = 20;

interface Props {
  value: string;
  change: (product: string) => void;
}

/** The shop's product that a reward is, by its SKU: it stands first for whom that product suits. */
export function RewardProduct({ value, change }: Props) {
  const { t } = useTranslation();
  const search = useDeferredValue(value);
  const { data } = useQuery({
    queryKey: ['products', search],
    queryFn: () => must(api.GET('/v1/products', { params: { query: { search, limit: kListed } } })),
    enabled: useRight('customers.read') && search !== '',
  });
  return (
    <FormRow name={t('reward.product')} at="product">
      <AutoComplete
        allowClear
        aria-label={t('reward.product')}
        value={value}
        onChange={(product?: string) => change((product ?? '').slice(0, kMost))}
        options={(data?.products ?? []).map(({ id, name }) => ({
          value: id,
          label: name ? `${name} · ${id}` : id,
        }))}
        popupMatchSelectWidth={300}
        style={{ width: 200 }}
      />
      <span className="quiet">{t('reward.product_hint')}</span>
    </FormRow>
  );
}
