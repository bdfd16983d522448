import { useQuery } from '@tanstack/react-query';
import { Pagination } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Loaded } from '@/shared/Loaded';
import { useAddress } from '@/shared/use_address';
import { usePaging } from '@/shared/use_paging';

const kPage = 50;

interface Ranked {
  id: number;
  name?: string | null;
  user_id?: string | null;
}
interface Props<T extends Ranked> {
  model: string;
  get: (query: { offset: number; limit: number }) => Promise<{ total: number; people: T[] }>;
  head: ReactNode;
  cells: (one: T) => ReactNode;
}

/** Customers as a model ranks them, a page at a time; columns after the name are the model's. */
export function RankedPeople<T extends Ranked>({ model, get, head, cells }: Props<T>) {
  const { t } = useTranslation();
  const address = useAddress();
  const paging = usePaging();
  const page = Math.max(1, address.number('page', 1));
  const query = useQuery({
    queryKey: [model, 'people', page],
    queryFn: () => get({ offset: (page - 1) * kPage, limit: kPage }),
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
                  {head}
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
                    {cells(one)}
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
            onChange={(next) => address.change({ page: next === 1 ? null : next })}
          />
        </>
      )}
    </Loaded>
  );
}
