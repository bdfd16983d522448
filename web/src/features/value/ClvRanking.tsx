import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { useFormat } from '@/shared/use_format';
import { RankedPeople } from './RankedPeople';

/** Customers by lifetime value, the highest first. */
export function ClvRanking({ currency }: { currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <RankedPeople
      model="clv"
      get={(query) => must(api.GET('/v1/value/clv/people', { params: { query } }))}
      head={
        <>
          <th className="num">{t('clv.value')}</th>
          <th className="num">{t('clv.alive')}</th>
          <th className="num">{t('clv.purchases')}</th>
          <th className="num">{t('clv.spend')}</th>
          <th>{t('clv.tenth')}</th>
        </>
      }
      cells={(one) => (
        <>
          <td className="num">{format.money(one.value_minor, { currency })}</td>
          <td className="num">{format.percent(one.alive, 0)}</td>
          <td className="num">{format.count(one.purchases, 1)}</td>
          <td className="num">{format.money(one.spend_minor, { currency })}</td>
          <td>{t('clv.tenth_n', { n: one.tenth })}</td>
        </>
      )}
    />
  );
}
