import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Overview } from '@/api/types';
import { People } from '@/shared/People';
import { Section } from '@/shared/Section';
import { Spark } from '@/shared/Spark';
import { useFormat } from '@/shared/use_format';
import { lastFullMonths } from './overview';

/** How many customers do we keep? */
export function Kept({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [last, before] = lastFullMonths(overview.retention);
  const aside = <Link to="/insights/retention">{t('overview.to_retention')}</Link>;
  if (!last || last.rate.rate === null) {
    return (
      <Section title={t('overview.kept')} aside={aside}>
        <p className="quiet">{t('overview.kept_too_early')}</p>
      </Section>
    );
  }
  const change = before && before.rate.rate !== null ? last.rate.rate - before.rate.rate : null;
  const comparison =
    change === null || !before
      ? ''
      : ` · ${t('overview.points_to', { points: format.points(change), label: before.label })}`;
  const full = overview.retention.filter((row) => row.complete && row.rate.rate !== null);
  return (
    <Section title={t('overview.kept')} aside={aside}>
      <div className="row wide" style={{ alignItems: 'flex-end', gap: 32 }}>
        <div>
          <div className="figure">{format.percent(last.rate.rate)}</div>
          <div className="quiet">
            {last.label}
            {comparison}
          </div>
        </div>
        <Spark
          values={full.map((row) => row.rate.rate)}
          label={t('overview.kept_trend', { from: full[0]?.label ?? '', to: last.label })}
        />
      </div>
      <p style={{ margin: '12px 0 0' }}>
        {t('overview.kept_formula')}{' '}
        <span className="nowrap">
          (<People n={last.at_end} set={last.sets?.end} /> −{' '}
          <People n={last.new_customers} set={last.sets?.new} />) ÷{' '}
          <People n={last.at_start} set={last.sets?.start} />
        </span>
      </p>
      <p className="quiet" style={{ margin: '4px 0 0' }}>
        {t('overview.lost')} <People n={last.lost} set={last.sets?.lost} />
        {t('list.separator')}
        {t('overview.won_back', { n: format.count(last.won_back ?? 0) })}
        {last.rate.rate > 1 ? <span> · {t('retention.over')}</span> : null}
      </p>
    </Section>
  );
}
