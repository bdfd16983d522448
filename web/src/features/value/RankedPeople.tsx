import { useQuery } from '@tanstack/react-query';
import { Checkbox, Pagination } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ActOn } from '@/shared/ActOn';
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
  /** People can be chosen, on several pages, and acted on. */
  actions?: boolean;
}

/** Customers as a model ranks them, a page at a time; columns after the name are the model's. */
export function RankedPeople<T extends Ranked>({
  model,
  get,
  head,
  cells,
  actions = false,
}: Props<T>) {
  const { t } = useTranslation();
  const address = useAddress();
  const paging = usePaging();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const choose = (ids: number[], on: boolean) => {
    const next = new Set(chosen);
    ids.forEach((id) => (on ? next.add(id) : next.delete(id)));
    setChosen(next);
  };
  const nameOf = (one: T) => one.name || one.user_id || t('customer.visitor', { id: one.id });
  const page = Math.max(1, address.number('page', 1));
  const query = useQuery({
    queryKey: [model, 'people', page],
    queryFn: () => get({ offset: (page - 1) * kPage, limit: kPage }),
  });
  return (
    <Loaded query={query} rows={12}>
      {(answer) => (
        <>
          {actions ? (
            <div className="row" style={{ marginBottom: 8 }}>
              <ActOn whom={{ people: [...chosen] }} n={chosen.size} />
            </div>
          ) : null}
          <div className="scroll-x" tabIndex={0}>
            <table className="plain">
              <thead>
                <tr>
                  {actions ? (
                    <th style={{ width: 32 }}>
                      <Checkbox
                        aria-label={t('act.choose_all')}
                        checked={answer.people.every(({ id }) => chosen.has(id))}
                        onChange={({ target }) =>
                          choose(
                            answer.people.map(({ id }) => id),
                            target.checked,
                          )
                        }
                      />
                    </th>
                  ) : null}
                  <th>{t('customer.name')}</th>
                  {head}
                </tr>
              </thead>
              <tbody>
                {answer.people.map((one) => (
                  <tr key={one.id}>
                    {actions ? (
                      <td>
                        <Checkbox
                          aria-label={t('act.choose', { name: nameOf(one) })}
                          checked={chosen.has(one.id)}
                          onChange={({ target }) => choose([one.id], target.checked)}
                        />
                      </td>
                    ) : null}
                    <td>
                      <Link to={`/customers/${one.id}`}>{nameOf(one)}</Link>
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
