import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Draw, Programme } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { ProblemView } from '@/shared/ProblemView';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { MemberLink } from './MemberLink';
import { Pages } from './Pages';

const kPage = 20;

/** Who played and won what, and whether every play is as the seed says. */
export function Plays({ programme, draw }: { programme: Programme; draw: Draw }) {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress();
  const page = address.number('page', 1);
  const path = { programme: programme.id, draw: draw.id };
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'plays', draw.id, page],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/draws/{draw}/plays', {
          params: { path, query: { limit: kPage, offset: (page - 1) * kPage } },
        }),
      ),
  });
  const check = useMutation({
    mutationFn: () =>
      must(api.GET('/v1/loyalty/programmes/{programme}/draws/{draw}/check', { params: { path } })),
  });
  const prize = (id: string) => draw.prizes?.find((one) => one.id === id)?.name ?? id;
  return (
    <>
      <p className="small" style={{ overflowWrap: 'anywhere' }}>
        {t('draw.seed_hash')}: <code>{draw.seed_hash}</code>
        {draw.seed ? (
          <>
            <br />
            {t('draw.seed')}: <code>{draw.seed}</code>
          </>
        ) : null}
      </p>
      {draw.seed ? (
        <Button size="small" loading={check.isPending} onClick={() => check.mutate()}>
          {t('draw.check')}
        </Button>
      ) : (
        <p className="quiet">{t('draw.check_later')}</p>
      )}
      {check.isError ? <ProblemView error={check.error} /> : null}
      {check.data ? (
        <Alert
          type={check.data.wrong.length === 0 ? 'success' : 'error'}
          showIcon
          message={
            check.data.wrong.length === 0
              ? t('draw.checked', { n: format.count(check.data.plays) })
              : t('draw.wrong', {
                  n: format.count(check.data.wrong.length),
                  list: check.data.wrong.join(', '),
                })
          }
        />
      ) : null}
      <Loaded query={query} rows={3}>
        {({ total, plays }) =>
          total === 0 ? (
            <p className="quiet">{t('draw.no_plays')}</p>
          ) : (
            <div className="scroll-x">
              <table className="plain">
                <thead>
                  <tr>
                    <th className="num">{t('draw.number')}</th>
                    <th>{t('loyalty.at')}</th>
                    <th>{t('draw.person')}</th>
                    <th>{t('draw.won')}</th>
                    <th className="num">{t('draw.roll')}</th>
                    <th>{t('draw.code')}</th>
                  </tr>
                </thead>
                <tbody>
                  {plays.map((one) => (
                    <tr key={one.id}>
                      <td className="num">{format.count(one.number)}</td>
                      <td className="nowrap">{format.dateTime(one.at)}</td>
                      <td>
                        <MemberLink programme={programme.id} person={one.person} />
                      </td>
                      <td>{prize(one.prize)}</td>
                      <td className="num">{format.count(one.roll)}</td>
                      <td>{one.code}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <Pages
                page={page}
                size={kPage}
                total={total}
                onChange={(next) => address.change({ page: next })}
              />
            </div>
          )
        }
      </Loaded>
    </>
  );
}
