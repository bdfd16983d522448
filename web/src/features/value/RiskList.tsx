import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useRiskReason } from '@/shared/risk_reason';
import { RankedPeople } from './RankedPeople';

/** Customers by what is at stake, each with the reasons. */
export function RiskList({ currency }: { currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const reason = useRiskReason();
  return (
    <Section title={t('risk.list')}>
      <RankedPeople
        model="churn"
        actions
        get={(query) => must(api.GET('/v1/value/churn/people', { params: { query } }))}
        head={
          <>
            <th className="num">{t('risk.probability')}</th>
            <th className="num">{t('risk.paid')}</th>
            <th style={{ paddingLeft: 24 }}>{t('risk.reasons')}</th>
          </>
        }
        cells={(one) => (
          <>
            <td className="num">
              <b>{format.percent(one.probability, 0)}</b>
            </td>
            <td className="num">{format.money(one.paid_minor, { whole: true, currency })}</td>
            <td className="quiet" style={{ paddingLeft: 24 }}>
              {one.reasons.map(reason).join(' · ')}
            </td>
          </>
        )}
      />
    </Section>
  );
}
