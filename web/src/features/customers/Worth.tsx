import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CustomerFile } from '@/api/types';
import { useRiskReason } from '@/shared/risk_reason';
import { customersPath } from '@/shared/set_words';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** The risk of leaving, with what raises it. */
export function ChurnRisk({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const reason = useRiskReason();
  const { churn } = file;
  if (!churn) return null;
  return (
    <>
      <dt>{t('risk.file')}</dt>
      <dd>
        <b>{format.percent(churn.probability, 0)}</b>
        <div className="quiet small">{churn.reasons.map(reason).join(' · ')}</div>
      </dd>
    </>
  );
}

/** What is expected of this customer, or why nothing can be said. */
export function LifetimeValue({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const { clv } = file;
  if (!clv) return null;
  return (
    <>
      <dt>{t('clv.file')}</dt>
      <dd>
        {'faults' in clv ? (
          <span className="quiet">
            {clv.faults.map((fault) => word('value_fault', fault)).join(' · ')}
          </span>
        ) : (
          <>
            <Link to={customersPath(`clv:tenth:${clv.tenth}`)}>
              {format.money(clv.value_minor, { currency: file.currency })}
            </Link>
            <div className="quiet small">
              {t('clv.file_how', {
                months: clv.horizon_months,
                purchases: format.count(clv.purchases, 1),
                alive: format.percent(clv.alive, 0),
              })}
            </div>
            <div className="quiet small">
              {t('clv.next_order')}: {format.day(clv.next_order.expected)},{' '}
              {t('clv.next_basket', {
                money: format.money(clv.spend_minor, { currency: file.currency }),
              })}{' '}
              (
              {t('clv.next_order_how', {
                early: format.day(clv.next_order.early),
                late: format.day(clv.next_order.late),
              })}
              )
            </div>
          </>
        )}
      </dd>
    </>
  );
}
