import { useQuery } from '@tanstack/react-query';
import { Pagination } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { usePaging } from '@/shared/use_paging';
import { useRiskReason } from '@/shared/risk_reason';

const kPage = 50;

/** Customers by what is at stake, each with the reasons. */
export function RiskList({ currency }: { currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress();
  const paging = usePaging();
  const reason = useRiskReason();
  const page = Math.max(1, address.number('page', 1));
  const query = useQuery({
    queryKey: ['churn', 'people', page],
    queryFn: () =>
      must(
        api.GET('/v1/value/churn/people', {
          params: { query: { offset: (page - 1) * kPage, limit: kPage } },
        }),
      ),
  });
  return (
    <Section title={t('risk.list')}>
      <Loaded query={query} rows={12}>
        {(answer) => (
          <>
            <div className="scroll-x" tabIndex={0}>
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t('customer.name')}</th>
                    <th className="num">{t('risk.probability')}</th>
                    <th className="num">{t('risk.paid')}</th>
                    <th style={{ paddingLeft: 24 }}>{t('risk.reasons')}</th>
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
                      <td className="num">
                        <b>{format.percent(one.probability, 0)}</b>
                      </td>
                      <td className="num">
                        {format.money(one.paid_minor, { whole: true, currency })}
                      </td>
                      <td className="quiet" style={{ paddingLeft: 24 }}>
                        {one.reasons.map(reason).join(' · ')}
                      </td>
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
    </Section>
  );
}
