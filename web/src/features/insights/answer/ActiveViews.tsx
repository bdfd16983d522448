import { Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AnswerFigure } from './AnswerFigure';
import type { ViewProps } from './answers';
import { useLook } from './use_look';
import {
  activeOption,
  activeSheet,
  dailyOption,
  lifecycleOption,
  lifecycleSheet,
  stickinessOption,
  stickinessSheet,
} from './people_over_time';

export function LifecycleView({ answer, height = 360 }: ViewProps<'lifecycle'>) {
  const { t } = useTranslation();
  const look = useLook();
  const option = useMemo(() => lifecycleOption(answer, look), [answer, look]);
  return (
    <AnswerFigure
      title={t('analysis.lifecycle')}
      file="lifecycle"
      sheet={lifecycleSheet(answer, look)}
      option={option}
      height={height}
      note={t('answer.lifecycle_note')}
    />
  );
}

export function StickinessView({ answer, brief, height = 340 }: ViewProps<'stickiness'>) {
  const { t } = useTranslation();
  const look = useLook();
  const [atLeast, setAtLeast] = useState(false);
  const option = useMemo(() => stickinessOption(answer, atLeast, look), [answer, atLeast, look]);
  return (
    <AnswerFigure
      title={t('analysis.stickiness')}
      file="stickiness"
      sheet={stickinessSheet(answer, look)}
      option={option}
      height={height}
      note={t('answer.stickiness_note', { n: answer.periods })}
      tools={
        brief ? null : (
          <Segmented
            size="small"
            aria-label={t('answer.shape')}
            value={atLeast ? 'at_least' : 'exactly'}
            onChange={(next) => setAtLeast(next === 'at_least')}
            options={[
              { value: 'exactly', label: t('answer.exactly') },
              { value: 'at_least', label: t('answer.at_least') },
            ]}
          />
        )
      }
    />
  );
}

export function ActiveView({ answer, brief, height = 340 }: ViewProps<'active'>) {
  const { t } = useTranslation();
  const look = useLook();
  const option = useMemo(() => activeOption(answer, look), [answer, look]);
  const daily = useMemo(() => dailyOption(answer, look), [answer, look]);
  const sheet = useMemo(() => activeSheet(answer, look), [answer, look]);
  return (
    <>
      <AnswerFigure
        title={t('analysis.active')}
        file="active"
        sheet={sheet}
        option={option}
        height={height}
      />
      {brief ? null : (
        <AnswerFigure
          title={t('answer.day_of_month')}
          file="active-stickiness"
          sheet={sheet}
          option={daily}
          height={220}
        />
      )}
    </>
  );
}
