import { Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Behind } from '../people/Behind';
import { AnswerFigure } from './AnswerFigure';
import type { ViewProps } from './answers';
import { plain } from './look';
import { useLook } from './use_look';
import { gridOption, gridSheet, kScores } from './rfm_answer';
import { RfmAnswerGrid } from './RfmAnswerGrid';

export default function RfmView({ answer, brief }: ViewProps<'rfm'>) {
  const { t } = useTranslation();
  const look = useLook();
  const [value, setValue] = useState(0);
  const option = useMemo(() => gridOption(answer, value, look), [answer, value, look]);
  const sheet = useMemo(() => gridSheet(answer, look), [answer, look]);
  const breaks = (list: readonly number[]) => list.map((one) => plain(one, look)).join(' · ');
  return (
    <>
      <div className="figures">
        <div>
          <div className="quiet small">{t('answer.people')}</div>
          <div className="figure mid">
            <Behind people={answer.people.people} about={t('analysis.rfm')}>
              {look.format.count(answer.people.value)}
            </Behind>
          </div>
        </div>
      </div>
      <AnswerFigure
        title={t('answer.rfm_grid')}
        file="rfm"
        sheet={sheet}
        option={option}
        chart={<RfmAnswerGrid answer={answer} value={value} />}
        tools={
          answer.value_property === null ? undefined : (
            <Segmented
              size="small"
              aria-label={t('answer.value_score')}
              value={value}
              onChange={setValue}
              options={[
                { value: 0, label: t('answer.any_value') },
                ...[...kScores].reverse().map((score) => ({ value: score, label: `M${score}` })),
              ]}
            />
          )
        }
      />
      {brief ? null : (
        <p className="quiet small">
          {answer.value_property === null
            ? t('answer.rfm_without_value')
            : t('answer.rfm_value', { property: answer.value_property })}{' '}
          {t('answer.breaks', {
            recency: breaks(answer.breaks.recency_days),
            frequency: breaks(answer.breaks.frequency),
            value: breaks(answer.breaks.value),
          })}
        </p>
      )}
    </>
  );
}
