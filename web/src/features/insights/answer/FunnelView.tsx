import { Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Behind } from '../people/Behind';
import { AnswerFigure } from './AnswerFigure';
import type { AnswerOf, ViewProps } from './answers';
import { funnelOption, funnelSheet } from './funnel';
import { funnelTrend } from './funnel_trend';
import { secondsHistogram } from './histogram';
import { groupName } from './look';
import { useLook } from './use_look';
import { span } from './spans';

type Group = AnswerOf<'funnel'>['groups'][number];

/** What lies between two steps: how many went on, and how long it took them. */
function Between({ answer, group }: { answer: AnswerOf<'funnel'>; group: Group }) {
  const { t } = useTranslation();
  const look = useLook();
  return (
    <table className="plain steps">
      <tbody>
        {group.steps.map((step, i) => (
          <tr key={i}>
            <th scope="row">
              {i + 1} {answer.steps[i]}
            </th>
            <td className="num">
              <Behind people={step.reached.people} about={answer.steps[i] ?? ''}>
                {look.format.count(step.reached.value)}
              </Behind>
            </td>
            <td className="num">{look.format.percent(step.of_first)}</td>
            <td className="quiet">
              {i > 0
                ? t('answer.went_on', {
                    percent: look.format.percent(step.of_previous),
                    median: span(step.time.median, look),
                  })
                : ''}
            </td>
            <td className="num">
              {i > 0 ? (
                <Behind
                  people={step.dropped.people}
                  about={`${answer.steps[i] ?? ''} · ${t('answer.dropped')}`}
                >
                  {t('answer.lost', { n: look.format.count(step.dropped.value) })}
                </Behind>
              ) : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export default function FunnelView({ answer, brief, height = 340 }: ViewProps<'funnel'>) {
  const { t } = useTranslation();
  const look = useLook();
  const [at, setAt] = useState(0);
  const option = useMemo(() => funnelOption(answer, look), [answer, look]);
  const sheet = useMemo(() => funnelSheet(answer, look), [answer, look]);
  const trend = useMemo(() => funnelTrend(answer, look), [answer, look]);
  const group = answer.groups[Math.min(at, answer.groups.length - 1)];
  const times = useMemo(
    () => secondsHistogram(group?.histogram ?? [], t('answer.converted'), look),
    [group, t, look],
  );
  const main = (
    <AnswerFigure
      title={t('analysis.funnel')}
      file="funnel"
      sheet={sheet}
      option={option}
      height={height}
    />
  );
  if (brief || !group) return main;
  return (
    <>
      <div className="figures">
        <div>
          <div className="quiet small">{t('answer.conversion')}</div>
          <div className="figure mid">{look.format.percent(group.conversion.rate)}</div>
          <div className="quiet small">
            {look.format.count(group.conversion.numerator)} /{' '}
            {look.format.count(group.conversion.denominator)}
          </div>
        </div>
        <div>
          <div className="quiet small">{t('answer.median_time')}</div>
          <div className="figure mid">{span(group.time.median, look)}</div>
          <div className="quiet small">
            {t('answer.p90_of', { time: span(group.time.p90, look) })}
          </div>
        </div>
        {answer.groups.length > 1 ? (
          <Select
            aria-label={t('answer.group')}
            value={at}
            onChange={setAt}
            popupMatchSelectWidth={false}
            options={answer.groups.map((one, i) => ({
              value: i,
              label: groupName(one.group, look),
            }))}
          />
        ) : null}
      </div>
      {main}
      <Between answer={answer} group={group} />
      {group.histogram.length > 0 ? (
        <AnswerFigure
          title={t('answer.time_to_convert')}
          file="time-to-convert"
          {...times}
          height={240}
        />
      ) : null}
      {trend ? (
        <AnswerFigure
          title={t('answer.conversion_by_entry')}
          file="conversion"
          {...trend}
          height={260}
        />
      ) : null}
    </>
  );
}
