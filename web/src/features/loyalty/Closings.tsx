import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Closing, Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useNow } from '@/shared/use_now';
import { monthAfter, monthBefore } from './months';
import { Waits } from './Waits';

const breakageOf = ({ figures }: Closing, currency: string): number | undefined =>
  (figures[currency] as { breakage?: number } | undefined)?.breakage;

/** Closed months with what became breakage, and the way to close the next one. */
export function Closings({ programme, currency }: { programme: Programme; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const mayClose = useRight('loyalty.close');
  const now = useNow();
  const path = { programme: programme.id };
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'closings'],
    queryFn: () =>
      must(api.GET('/v1/loyalty/programmes/{programme}/closings', { params: { path } })),
  });
  const thisMonth = format.isoDay(now).slice(0, 7);
  const last = query.data?.closings.at(-1)?.month;
  const next = last ? monthAfter(last) : monthBefore(thisMonth);
  const close = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/closings', {
          params: { path },
          body: { month: next },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['loyalty'] }),
  });
  const csv = (month: string) =>
    `/v1/loyalty/programmes/${programme.id}/postings.csv?month=${month}&currency=${currency}`;
  return (
    <Loaded query={query}>
      {({ closings }) => (
        <>
          {close.isError ? <ProblemView error={close.error} /> : null}
          <Waits answer={close.data} />
          {closings.length === 0 ? (
            <Empty title={t('loyalty.no_closings')} hint={t('loyalty.no_closings_hint')} />
          ) : (
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('loyalty.month')}</th>
                  <th className="num">{t('loyalty.breakage')}</th>
                  <th>{t('loyalty.closed_by')}</th>
                  <th className="num">{t('loyalty.closed_at')}</th>
                  <th>{t('loyalty.postings')}</th>
                </tr>
              </thead>
              <tbody>
                {closings.map((one) => (
                  <tr key={one.month}>
                    <td>{one.month}</td>
                    <td className="num">{format.count(breakageOf(one, currency))}</td>
                    <td>{one.closed_by}</td>
                    <td className="num">{format.dateTime(one.closed_at)}</td>
                    <td>
                      <a href={csv(one.month)}>{t('do.csv')}</a>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          <div className="row" style={{ marginTop: 12 }}>
            <a href={csv(thisMonth)}>{t('loyalty.postings_of', { month: thisMonth })}</a>
            {mayClose && next < thisMonth ? (
              <Popconfirm
                title={t('loyalty.close_ask', { month: next })}
                description={t('loyalty.close_what')}
                okText={t('loyalty.close')}
                cancelText={t('do.cancel')}
                onConfirm={() => close.mutate()}
              >
                <Button loading={close.isPending}>
                  {t('loyalty.close_month', { month: next })}
                </Button>
              </Popconfirm>
            ) : null}
          </div>
        </>
      )}
    </Loaded>
  );
}
