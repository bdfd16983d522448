import { useQuery } from '@tanstack/react-query';
import { Pagination } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { usePaging } from '@/shared/use_paging';

const kPage = 50;

/** Customers by lifetime value, the highest first. */
export function ClvRanking({ currency }: { currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress();
  const paging = usePaging();
  const page = Math.max(1, Number(address.text('page')) || 1);
  const query = useQuery({
    queryKey: ['clv', 'people', page],
    queryFn: () =>
      must(
        api.GET('/v1/value/clv/people', {
          params: { query: { offset: (page - 1) * kPage, limit: kPage } },
        }),
      ),
  });
  return (
    <Loaded query={query} rows={12}>
      {(answer) => (
        <>
          <div className="scroll-x" tabIndex={0}>
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('customer.name')}</th>
                  <th className="num">{t('clv.value')}</th>
                  <th className="num">{t('clv.alive')}</th>
                  <th className="num">{t('clv.purchases')}</th>
                  <th className="num">{t('clv.spend')}</th>
                  <th>{t('clv.tenth')}</th>
                </tr>
              </thead>
              <tbody>
                {answer.people.map((one) => (
                  <tr key={one.id}>
                    <td>
                      <Link to={`/customers/${one.id}`}>
                        {one.name || one.user_id || t('customer.visitor', { id: one.id })}
                      </Link>
                    </td>
                    <td className="num">{format.money(one.value_minor, { currency })}</td>
                    <td className="num">{format.percent(one.alive, 0)}</td>
                    <td className="num">{format.count(one.purchases, 1)}</td>
                    <td className="num">{format.money(one.spend_minor, { currency })}</td>
                    <td>{t('clv.tenth_n', { n: one.tenth })}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Pagination
            {...paging}
            style={{ marginTop: 12 }}
            current={page}
            pageSize={kPage}
            total={answer.total}
            onChange={(next) => address.change({ page: next === 1 ? null : String(next) })}
          />
        </>
      )}
    </Loaded>
  );
}
