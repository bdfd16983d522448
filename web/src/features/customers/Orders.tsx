import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Pagination } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { useFormat } from '@/shared/use_format';
import { usePaging } from '@/shared/use_paging';
import { useWords } from '@/shared/use_words';
import { Refused } from './Refused';

const kRows = 15;

/** Right of the file: orders and refunds. */
export function Orders({ id }: { id: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const paging = usePaging();
  const [page, setPage] = useState(1);
  const query = useQuery({
    queryKey: ['orders', id, page],
    queryFn: () =>
      must(
        api.GET('/v1/customers/{person_id}/orders', {
          params: { path: { person_id: id }, query: { offset: (page - 1) * kRows, limit: kRows } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <section>
      <h2 style={{ marginBottom: 6 }}>{t('customer.orders_title')}</h2>
      <Loaded query={query}>
        {({ orders, total }) => (
          <>
            {total === 0 ? <p className="quiet">{t('customer.orders_none')}</p> : null}
            <table className="plain">
              <tbody>
                {orders.map((order) => (
                  <tr key={`${order.kind}${order.order_id}`}>
                    <td>
                      {order.order_id}
                      {order.kind === 'refund' ? (
                        <span className="bad small"> {word('timeline_kind', 'refund')}</span>
                      ) : null}
                      <Refused order={order} />
                    </td>
                    <td className="quiet nowrap">{format.day(order.at)}</td>
                    <td className="num">
                      {format.money(order.total_minor, { currency: order.currency })}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            {total > kRows ? (
              <Pagination
                simple
                {...paging}
                size="small"
                current={page}
                pageSize={kRows}
                total={total}
                onChange={setPage}
                style={{ marginTop: 8 }}
              />
            ) : null}
          </>
        )}
      </Loaded>
    </section>
  );
}
