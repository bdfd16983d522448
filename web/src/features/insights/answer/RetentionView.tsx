import { Segmented, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AnswerFigure } from './AnswerFigure';
import type { ViewProps } from './answers';
import { groupName } from './look';
import { useLook } from './use_look';
import { curveOption, curveSheet, heatOption, retentionSheet } from './retention';
import { RetentionHeat } from './RetentionHeat';

export default function RetentionView({ answer, brief, height = 280 }: ViewProps<'retention'>) {
  const { t } = useTranslation();
  const look = useLook();
  const [counts, setCounts] = useState(false);
  const [at, setAt] = useState(0);
  const group = answer.groups[Math.min(at, answer.groups.length - 1)];
  const sheet = useMemo(() => retentionSheet(answer, counts, look), [answer, counts, look]);
  const picture = useMemo(
    () => (group ? heatOption(answer, group, look) : {}),
    [answer, group, look],
  );
  const curve = useMemo(
    () => ({ option: curveOption(answer, look), sheet: curveSheet(answer, look) }),
    [answer, look],
  );
  if (!group) return null;
  return (
    <>
      <AnswerFigure
        title={t('analysis.retention')}
        file="retention"
        sheet={sheet}
        option={picture}
        tools={
          <>
            {answer.groups.length > 1 ? (
              <Select
                size="small"
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
            {brief ? null : (
              <Segmented
                size="small"
                aria-label={t('retention.shown')}
                value={counts ? 'count' : 'percent'}
                onChange={(next) => setCounts(next === 'count')}
                options={[
                  { value: 'percent', label: t('retention.show_percent') },
                  { value: 'count', label: t('retention.show_count') },
                ]}
              />
            )}
          </>
        }
        chart={<RetentionHeat answer={answer} group={group} counts={counts} />}
      />
      {brief ? null : (
        <AnswerFigure
          title={t('retention.curve')}
          file="retention-curve"
          {...curve}
          height={height}
        />
      )}
    </>
  );
}
