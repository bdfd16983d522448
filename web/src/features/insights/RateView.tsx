import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { RetentionRate } from '@/api/types';
import { Figure } from '@/shared/charts/Figure';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import type { PeriodChoice } from '@/shared/PeriodBar';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { RateChart } from './RateChart';
import { RateTable } from './RateTable';

function Answer({ answer }: { answer: RetentionRate }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  if (answer.rows.every((row) => row.at_start + row.at_end === 0)) {
    return (
      <Empty
        title={t('insight.no_orders')}
        hint={t('insight.no_orders_hint')}
        action={<LinkButton to="/imports">{t('nav.imports')}</LinkButton>}
      />
    );
  }
  const benchmarks = answer.benchmarks
    .map(({ industry, low, high }) => {
      const range =
        low === high
          ? format.percent(low, 0)
          : `${format.percent(low, 0)}–${format.percent(high, 0)}`;
      return `${word('industry', industry)} ${range}`;
    })
    .join(t('list.separator'));
  return (
    <>
      <p>{t('retention.formula', { days: answer.window_days })}</p>
      {answer.rows.some((row) => (row.rate.rate ?? 0) > 1) ? (
        <p className="quiet">{t('retention.over')}</p>
      ) : null}
      <p className="quiet">{t('retention.benchmarks', { list: benchmarks })}</p>
      <Figure
        title={t('retention.rate')}
        file={`retention-rate-${answer.by}.csv`}
        csv={() => [
          ['period', 'at_start', 'new_customers', 'at_end', 'kept', 'won_back', 'lost', 'rate'],
          ...answer.rows.map((row) => [
            row.label,
            row.at_start,
            row.new_customers,
            row.at_end,
            row.kept,
            row.won_back,
            row.lost,
            row.rate.rate,
          ]),
        ]}
        chart={<RateChart answer={answer} />}
      />
      <RateTable answer={answer} />
    </>
  );
}

export function RateView({ period }: { period: PeriodChoice }) {
  const query = useQuery({
    queryKey: ['retention-rate', period],
    queryFn: () => must(api.GET('/v1/insights/retention-rate', { params: { query: period } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query} rows={12}>
      {(answer) => <Answer answer={answer} />}
    </Loaded>
  );
}
