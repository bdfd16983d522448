import { useTranslation } from 'react-i18next';
import type { Forecast } from '@/api/value_types';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

interface Shown {
  forecast: Forecast;
  show: (value: number) => string;
}

/** The weeks ahead as a table. */
export function WeeksTable({ forecast, show }: Shown) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <table className="plain" style={{ maxWidth: 640 }}>
      <thead>
        <tr>
          <th>{t('forecast.week')}</th>
          <th className="num">{t('clv.expected')}</th>
          <th className="num">80 %</th>
          <th className="num">95 %</th>
        </tr>
      </thead>
      <tbody>
        {forecast.weeks.map((one) => (
          <tr key={one.week}>
            <td>{format.isoDay(one.week)}</td>
            <td className="num">
              <b>{show(one.value)}</b>
            </td>
            <td className="num">
              {show(one.low_80)} – {show(one.high_80)}
            </td>
            <td className="num">
              {show(one.low_95)} – {show(one.high_95)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How the forecasts of past weeks turned out. */
export function ForecastCard({ forecast, show }: Shown) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const { card, model } = forecast;
  if (card.forecasts === 0) return null;
  const facts: [string, string][] = [
    [t('clv.error'), show(card.error)],
    [t('clv.naive_error'), show(card.naive_error)],
    [t('forecast.held', { share: format.percent(0.8, 0) }), format.percent(card.held_80, 0)],
    [t('forecast.held', { share: format.percent(0.95, 0) }), format.percent(card.held_95, 0)],
    ...(model ? [[t('clv.model'), word('ets_form', model.form)] as [string, string]] : []),
  ];
  return (
    <Section title={t('clv.back_test')}>
      <p className="quiet">
        {t('forecast.how', { origins: card.origins, n: card.forecasts, held: card.held_of })}
      </p>
      <dl className="facts" style={{ maxWidth: 560 }}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
