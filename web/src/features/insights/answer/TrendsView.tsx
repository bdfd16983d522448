import { Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Behind } from '../people/Behind';
import { AnswerFigure } from './AnswerFigure';
import type { ViewProps } from './answers';
import { plain } from './look';
import { useLook } from './use_look';
import { changeOf, nameOf, trendsOption, trendsSheet, type TrendsShape } from './trends';

const kShapes: readonly TrendsShape[] = ['lines', 'bars', 'total'];
const kFigures = 4;

export default function TrendsView({ answer, brief, height = 340 }: ViewProps<'trends'>) {
  const { t } = useTranslation();
  const look = useLook();
  const [shape, setShape] = useState<TrendsShape>('lines');
  const option = useMemo(() => trendsOption(answer, shape, look), [answer, shape, look]);
  const sheet = useMemo(() => trendsSheet(answer, look), [answer, look]);
  return (
    <>
      {brief ? null : (
        <div className="figures">
          {answer.series.slice(0, kFigures).map((one) => {
            const name = nameOf(one, answer.series, look);
            const change = changeOf(one);
            return (
              <div key={`${one.id}-${one.group.kind}-${one.group.label}`}>
                <div className="quiet small">{name}</div>
                <div className="figure mid">
                  <Behind people={one.total.people} about={name}>
                    {plain(one.total.value, look)}
                  </Behind>
                </div>
                {change === null ? null : (
                  <div className="small quiet">
                    {t('answer.change', {
                      percent: `${change > 0 ? '+' : ''}${look.format.percent(change)}`,
                    })}
                  </div>
                )}
              </div>
            );
          })}
        </div>
      )}
      <AnswerFigure
        title={t('analysis.trends')}
        file="trends"
        sheet={sheet}
        option={option}
        height={height}
        tools={
          brief ? null : (
            <Segmented
              size="small"
              aria-label={t('answer.shape')}
              value={shape}
              onChange={setShape}
              options={kShapes.map((value) => ({ value, label: t(`answer.shape_${value}`) }))}
            />
          )
        }
      />
    </>
  );
}
