import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Alert, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Campaign, CampaignResult } from '@/api/types';
import { IntervalLine } from '@/shared/IntervalLine';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Verdict } from '@/shared/Verdict';
import { ArmsTable } from './ArmsTable';
import { ComparisonsTable } from './ComparisonsTable';
import { DailyChart } from './DailyChart';
import { headlineOf, keptInterval } from './result';

const kDays = [7, 14, 30, 60, 90];

/** What the message kept, with its interval on a line that includes 0. */
function Headline({ result }: { result: CampaignResult }) {
  const { t } = useTranslation();
  const format = useFormat();
  const interval = keptInterval(result);
  const words = headlineOf(interval);
  const rate = result.comparisons.find((one) => one.measure === 'order_rate');
  if (!interval) return <div className="figure mid">{t('result.headline_none')}</div>;
  const show = (value: number) => format.count(value, Math.abs(value) < 10 ? 1 : 0);
  const values = {
    n: show(Math.abs(interval.value)),
    low: show(interval.low),
    high: show(interval.high),
  };
  const text =
    words === 'open' && interval.value < 0
      ? t('result.headline_open_fewer', values)
      : t(`result.headline_${words}`, values);
  return (
    <div>
      <div className="row">
        <span className="figure mid">{text}</span>
        {rate ? <Verdict verdict={rate.verdict} /> : null}
      </div>
      <p className="quiet">{t('result.interval_of', values)}</p>
      <IntervalLine
        {...interval}
        label={`${text} ${t('result.interval_of', values)}`}
        show={show}
      />
      <p className="quiet small">{t('result.axis')}</p>
    </div>
  );
}

function Notes({ result }: { result: CampaignResult }) {
  const word = useWords();
  return (
    <div className="stack tight">
      {result.notes.map((note) => (
        <Alert
          key={note}
          showIcon
          type={
            note === 'sample_ratio_mismatch' ? 'error' : note === 'incomplete' ? 'info' : 'warning'
          }
          message={word('note', note)}
        />
      ))}
    </div>
  );
}

function SampleRatio({ result }: { result: CampaignResult }) {
  const { t } = useTranslation();
  const format = useFormat();
  const ratio = result.sample_ratio;
  return (
    <p className={ratio.ok ? 'quiet' : 'bad'}>
      {t(ratio.ok ? 'result.ratio_ok' : 'result.ratio_bad', {
        expected: format.percent(ratio.expected_hold_out),
        observed: format.percent(ratio.observed_hold_out),
        p: ratio.p_value === null ? '–' : format.count(ratio.p_value, 3),
      })}
    </p>
  );
}

function Answer({ result }: { result: CampaignResult }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="stack">
      <p className="quiet" style={{ margin: 0 }}>
        {t('result.window', {
          days: result.days,
          from: format.dateTime(result.from),
          to: format.dateTime(result.to),
        })}
      </p>
      <Notes result={result} />
      <Headline result={result} />
      <Section title={t('result.arms')}>
        <ArmsTable result={result} />
        <SampleRatio result={result} />
      </Section>
      <Section title={t('result.comparisons')}>
        <ComparisonsTable result={result} />
      </Section>
      {result.daily && result.daily.length > 1 ? <DailyChart result={result} /> : null}
    </div>
  );
}

export function ResultView({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const address = useAddress();
  const preset = campaign.result_days ?? 30;
  const days = Math.min(730, Math.max(1, address.number('days', preset)));
  const query = useQuery({
    queryKey: ['result', campaign.id, days],
    queryFn: () =>
      must(
        api.GET('/v1/campaigns/{id}/result', {
          params: { path: { id: campaign.id }, query: { days } },
        }),
      ),
    placeholderData: keepPreviousData,
    enabled: campaign.started_at !== null,
  });
  const choices = [...new Set([...kDays, preset, days])].sort((a, b) => a - b);
  return (
    <>
      <div className="filters">
        <span className="quiet">{t('result.days')}</span>
        <Segmented
          size="small"
          aria-label={t('result.days')}
          value={days}
          onChange={(next) => address.change({ days: next === preset ? null : next })}
          options={choices.map((value) => ({ value, label: t('unit.days', { count: value }) }))}
        />
      </div>
      <Loaded query={query} rows={10}>
        {(result) => <Answer result={result} />}
      </Loaded>
    </>
  );
}
