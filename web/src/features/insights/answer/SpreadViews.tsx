import { Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AnswerFigure } from './AnswerFigure';
import type { ViewProps } from './answers';
import { distributionOption, distributionSheet } from './distribution';
import { secondsHistogram } from './histogram';
import { intervalOption, intervalSheet } from './interval';
import { groupName, type Look } from './look';
import { useLook } from './use_look';
import type { AnswerGroup } from '@/api/types';

interface GroupPickProps {
  groups: readonly { group: AnswerGroup }[];
  value: number;
  onChange: (at: number) => void;
  look: Look;
}

/** Which group of a breakdown is drawn. */
export function GroupPick({ groups, value, onChange, look }: GroupPickProps) {
  if (groups.length < 2) return null;
  return (
    <Select
      size="small"
      aria-label={look.t('answer.group')}
      value={value}
      onChange={onChange}
      popupMatchSelectWidth={false}
      options={groups.map((one, i) => ({ value: i, label: groupName(one.group, look) }))}
    />
  );
}

export function DistributionView({ answer, height = 340 }: ViewProps<'distribution'>) {
  const { t } = useTranslation();
  const look = useLook();
  const [at, setAt] = useState(0);
  const option = useMemo(() => distributionOption(answer, at, look), [answer, at, look]);
  const sheet = useMemo(() => distributionSheet(answer, look), [answer, look]);
  const periods = (answer.groups[0]?.rows.length ?? 0) > 1;
  return (
    <AnswerFigure
      title={t('analysis.distribution')}
      file="distribution"
      sheet={sheet}
      option={option}
      height={height}
      tools={
        periods ? (
          <GroupPick groups={answer.groups} value={at} onChange={setAt} look={look} />
        ) : null
      }
    />
  );
}

export function IntervalView({ answer, brief, height = 340 }: ViewProps<'interval'>) {
  const { t } = useTranslation();
  const look = useLook();
  const [at, setAt] = useState(0);
  const option = useMemo(() => intervalOption(answer, look), [answer, look]);
  const sheet = useMemo(() => intervalSheet(answer, look), [answer, look]);
  const bins = answer.groups[at]?.histogram ?? [];
  const histogram = useMemo(
    () => secondsHistogram(bins, t('answer.intervals'), look),
    [bins, t, look],
  );
  return (
    <>
      <AnswerFigure
        title={t('analysis.interval')}
        file="interval"
        sheet={sheet}
        option={option}
        height={height}
        note={t('answer.box_note')}
      />
      {brief || bins.length === 0 ? null : (
        <AnswerFigure
          title={t('answer.interval_histogram')}
          file="interval-histogram"
          {...histogram}
          height={240}
          tools={<GroupPick groups={answer.groups} value={at} onChange={setAt} look={look} />}
        />
      )}
    </>
  );
}
