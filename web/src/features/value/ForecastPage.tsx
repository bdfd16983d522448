import { useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Forecast } from '@/api/value_types';
import { Figure } from '@/shared/charts/Figure';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { ForecastCard, WeeksTable } from './ForecastCard';
import { ForecastChart } from './ForecastChart';
import { HolidayEffects } from './HolidayEffects';
import { ProductPick } from './ProductPick';

const kMeasures = ['orders', 'revenue'] as const;
const kWeeks = [4, 12, 26] as const;

function Answer({ forecast }: { forecast: Forecast }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const address = useAddress();
  const show = (value: number) =>
    forecast.of === 'revenue'
      ? format.money(value, { whole: true, currency: forecast.currency })
      : format.count(value, value < 10 ? 1 : 0);
  if (forecast.weeks.length === 0)
    return <Empty title={t('forecast.none')} hint={t('forecast.none_hint')} />;
  const weeks = String(forecast.weeks.length);
  return (
    <>
      {forecast.card.faults.length ? (
        <p className="notice">
          {t('forecast.careful')}{' '}
          {forecast.card.faults.map((fault) => word('forecast_fault', fault)).join(' · ')}
        </p>
      ) : null}
      <div className="section">
        <Figure
          title={t('forecast.title')}
          file={`forecast-${forecast.of}.csv`}
          csv={() => [
            ['week', 'actual', 'forecast', 'low_80', 'high_80', 'low_95', 'high_95'],
            ...forecast.past.map((one) => [format.isoDay(one.week), one.value, '', '', '', '', '']),
            ...forecast.weeks.map((one) => [
              format.isoDay(one.week),
              '',
              one.value,
              one.low_80,
              one.high_80,
              one.low_95,
              one.high_95,
            ]),
          ]}
          tools={
            <Segmented
              size="small"
              aria-label={t('forecast.ahead')}
              value={weeks}
              options={kWeeks.map((n) => ({
                value: String(n),
                label: t('forecast.weeks', { count: n }),
              }))}
              onChange={(n) => address.change({ weeks: n === '12' ? null : n })}
            />
          }
          chart={<ForecastChart forecast={forecast} />}
          table={<WeeksTable forecast={forecast} show={show} />}
        />
      </div>
      <ForecastCard forecast={forecast} show={show} />
      <HolidayEffects forecast={forecast} show={show} />
    </>
  );
}

export default function ForecastPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress();
  const product = address.text('product');
  const of = product ? `product:${product}` : address.word('of', kMeasures, 'orders');
  const asked = address.number('weeks', 12);
  const weeks = kWeeks.find((n) => n === asked) ?? 12;
  const query = useQuery({
    queryKey: ['forecast', of, weeks],
    queryFn: () => must(api.GET('/v1/value/forecast', { params: { query: { of, weeks } } })),
  });
  return (
    <>
      <PageHead
        title={t('nav.forecast')}
        lead={
          query.data
            ? t('forecast.lead', { at: format.dateTime(query.data.as_of), zone: format.zone })
            : undefined
        }
      >
        <ProductPick />
        <Segmented
          aria-label={t('forecast.of')}
          value={of}
          options={kMeasures.map((value) => ({ value, label: t(`forecast.of_${value}`) }))}
          onChange={(value) =>
            address.change({ of: value === 'orders' ? null : value, product: null })
          }
        />
      </PageHead>
      <Loaded query={query} rows={12}>
        {(forecast) => <Answer forecast={forecast} />}
      </Loaded>
    </>
  );
}
