import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { useAddress } from '@/shared/use_address';

/** A product whose demand is forecast instead; not there before any is known. */
export function ProductPick() {
  const { t } = useTranslation();
  const address = useAddress();
  const { data } = useQuery({
    queryKey: ['forecast', 'products'],
    queryFn: () => must(api.GET('/v1/value/forecast/products')),
  });
  if (!data?.products.length) return null;
  return (
    <Select
      aria-label={t('forecast.product')}
      style={{ width: 260 }}
      showSearch
      allowClear
      optionFilterProp="label"
      placeholder={t('forecast.product')}
      value={address.text('product') || null}
      onChange={(product: string | null) => address.change({ product })}
      options={data.products.map(({ id, name }) => ({ value: id, label: name || id }))}
    />
  );
}
