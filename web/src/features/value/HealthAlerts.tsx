import { useQuery } from '@tanstack/react-query';
import { Pagination } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { usePaging } from '@/shared/use_paging';
import { useWords } from '@/shared/use_words';

const kPage = 50;

/** What was told about customers, newest first. */
export function HealthAlerts() {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const address = useAddress();
  const paging = usePaging();
  const page = Math.max(1, address.number('page', 1));
  const query = useQuery({
    queryKey: ['health', 'alerts', page],
    queryFn: () =>
      must(
        api.GET('/v1/value/health/alerts', {
          params: { query: { offset: (page - 1) * kPage, limit: kPage } },
        }),
      ),
  });
  return (
    <Section title={t('health.alerts')}>
      <p className="quiet">{t('health.alerts_hint')}</p>
      <Loaded query={query} rows={12}>
        {({ total, alerts }) =>
          total === 0 ? (
            <Empty title={t('health.no_alerts')} hint={t('health.no_alerts_hint')} />
          ) : (
            <>
              <div className="scroll-x" tabIndex={0}>
                <table className="plain">
                  <thead>
                    <tr>
                      <th>{t('customer.name')}</th>
                      <th>{t('health.alert')}</th>
                      <th>{t('health.since')}</th>
                      <th>{t('health.told_at')}</th>
                      <th className="num">{t('health.score')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {alerts.map((one) => (
                      <tr key={`${one.id} ${one.alert} ${one.at}`}>
                        <td>
                          <Link to={`/customers/${one.id}`}>
                            {one.name || one.user_id || t('customer.visitor', { id: one.id })}
                          </Link>
                        </td>
                        <td>{word('health_alert', one.alert)}</td>
                        <td>{format.dateTime(one.since)}</td>
                        <td>{format.dateTime(one.at)}</td>
                        <td className="num">{format.count(one.score, 0)}</td>
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
                total={total}
                onChange={(next) => address.change({ page: next === 1 ? null : next })}
              />
            </>
          )
        }
      </Loaded>
    </Section>
  );
}
