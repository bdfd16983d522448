import { useTranslation } from 'react-i18next';
import type { Clv, ClvModel, ClvScores as Scores } from '@/api/value_types';
import { Figure } from '@/shared/charts/Figure';
import { People } from '@/shared/People';
import { useFormat } from '@/shared/use_format';
import { TenthsChart } from './TenthsChart';

/** What all customers are worth over the horizon, and how that is spread over them. */
export function ClvScores({ clv, scores, model }: { clv: Clv; scores: Scores; model: ClvModel }) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = (minor: number) => format.money(minor, { whole: true, currency: clv.currency });
  const share = scores.alive / Math.max(1, scores.customers);
  const best = [...scores.tenths].reverse();
  const facts: [string, string][] = [
    [t('clv.value_all'), money(scores.value_minor)],
    [t('clv.value_each'), money(scores.value_minor / Math.max(1, scores.customers))],
    [t('clv.value_new'), money(scores.new_customer_minor)],
    [t('clv.purchases_all'), format.count(scores.purchases)],
    [t('clv.alive_all'), `${format.count(scores.alive)} (${format.percent(share, 0)})`],
  ];
  return (
    <>
      <dl className="facts" style={{ maxWidth: 560 }}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>
              <b>{value}</b>
            </dd>
          </div>
        ))}
      </dl>
      <p className="quiet" style={{ margin: '8px 0 20px' }}>
        {t('clv.how', {
          months: model.settings.horizon_months ?? 12,
          margin: format.percent(model.settings.margin ?? 1, 0),
          rate: format.percent(model.settings.discount_rate ?? 0, 0),
        })}
      </p>
      <div className="section">
        <Figure
          title={t('clv.distribution')}
          file="clv-tenths.csv"
          csv={() => [
            ['tenth', 'people', 'lowest_minor', 'value_minor', 'purchases'],
            ...best.map((one) => [
              one.tenth,
              one.people,
              one.lowest_minor,
              one.value_minor,
              one.purchases,
            ]),
          ]}
          chart={<TenthsChart scores={scores} currency={clv.currency} />}
        />
        <div className="scroll-x" tabIndex={0} style={{ marginTop: 16 }}>
          <table className="plain">
            <thead>
              <tr>
                <th>{t('clv.tenth')}</th>
                <th className="num">{t('retention.people')}</th>
                <th className="num">{t('clv.lowest')}</th>
                <th className="num">{t('clv.value')}</th>
                <th className="num">{t('clv.share')}</th>
                <th className="num">{t('clv.purchases')}</th>
              </tr>
            </thead>
            <tbody>
              {best.map((one) => (
                <tr key={one.tenth}>
                  <td>{t('clv.tenth_n', { n: one.tenth })}</td>
                  <td className="num">
                    <People n={one.people} set={one.people > 0 ? one.set : undefined} />
                  </td>
                  <td className="num">{money(one.lowest_minor)}</td>
                  <td className="num">{money(one.value_minor)}</td>
                  <td className="num">
                    {format.percent(one.value_minor / Math.max(1, scores.value_minor))}
                  </td>
                  <td className="num">{format.count(one.purchases, 1)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </>
  );
}
