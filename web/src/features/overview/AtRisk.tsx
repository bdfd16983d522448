import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Overview } from '@/api/types';
import { daysSince } from '@/shared/format_time';
import { LinkButton } from '@/shared/LinkButton';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

const kRows = 8;

/** Who is about to leave, and what is at stake. */
export function AtRisk({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('campaigns.write');
  const silent = overview.stages.counts.find(({ stage }) => stage === 'silent');
  const action =
    mayWrite && silent && silent.people > 0 ? (
      <LinkButton to="/campaigns/new?stages=silent" size="small" type="primary">
        {t('overview.recall_them')}
      </LinkButton>
    ) : null;
  return (
    <Section
      title={t('overview.at_risk')}
      aside={
        <>
          {action}
          <Link to="/customers?set=stage%3Asilent&sort=revenue">{t('overview.to_silent')}</Link>
        </>
      }
    >
      <p>
        {t('overview.at_stake', {
          n: format.count(silent?.people ?? 0),
          revenue: format.money(overview.at_risk_revenue_minor ?? silent?.revenue_minor ?? 0, {
            whole: true,
          }),
        })}
      </p>
      {overview.at_risk.length === 0 ? (
        <p className="quiet">{t('overview.nobody_at_risk')}</p>
      ) : (
        <div className="scroll-x">
          <table className="plain">
            <thead>
              <tr>
                <th>{t('customer.name')}</th>
                <th>{t('customer.cell')}</th>
                <th>{t('customer.country')}</th>
                <th className="num">{t('customer.silent_for')}</th>
                <th className="num">{t('customer.orders')}</th>
                <th className="num">{t('customer.revenue')}</th>
              </tr>
            </thead>
            <tbody>
              {overview.at_risk.slice(0, kRows).map((customer) => (
                <AtRiskRow key={customer.id} customer={customer} asOf={overview.as_of} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function AtRiskRow({ customer, asOf }: { customer: Overview['at_risk'][number]; asOf: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return (
    <tr>
      <td>
        <Link to={`/customers/${customer.id}`}>
          {customer.name || customer.user_id || customer.id}
        </Link>
      </td>
      <td>{word('cell', customer.cell)}</td>
      <td>{customer.country}</td>
      <td className="num">
        {customer.last_order_at
          ? t('unit.days', { count: daysSince(customer.last_order_at, asOf) })
          : ''}
      </td>
      <td className="num">{format.count(customer.orders)}</td>
      <td className="num">{format.money(customer.revenue_minor, { whole: true })}</td>
    </tr>
  );
}
