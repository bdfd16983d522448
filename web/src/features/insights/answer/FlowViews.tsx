import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Behind } from '../people/Behind';
import { AnswerFigure } from './AnswerFigure';
import type { ViewProps } from './answers';
import { attributionHeight, attributionOption, attributionSheet } from './attribution';
import { plain } from './look';
import { useLook } from './use_look';
import { pathsHeight, pathsOption, pathsSheet, wholePathsSheet } from './paths';
import { SheetTable } from './SheetTable';

export function PathsView({ answer, brief, height }: ViewProps<'paths'>) {
  const { t } = useTranslation();
  const look = useLook();
  const option = useMemo(() => pathsOption(answer, look), [answer, look]);
  const sheet = useMemo(() => pathsSheet(answer, look), [answer, look]);
  const whole = useMemo(() => wholePathsSheet(answer, look), [answer, look]);
  return (
    <>
      {brief ? null : (
        <p>
          <Behind people={answer.people.people} about={t('analysis.paths')}>
            {t('answer.paths_of', {
              people: look.format.count(answer.people.value),
              paths: look.format.count(answer.paths),
            })}
          </Behind>
        </p>
      )}
      <AnswerFigure
        title={t('analysis.paths')}
        file="paths"
        sheet={sheet}
        option={option}
        height={height ?? pathsHeight(answer)}
      />
      {brief || whole.rows.length === 0 ? null : (
        <div className="answer-part">
          <h2>{t('answer.whole_paths')}</h2>
          <SheetTable sheet={whole} label={t('answer.whole_paths')} />
        </div>
      )}
    </>
  );
}

export function AttributionView({ answer, brief, height }: ViewProps<'attribution'>) {
  const { t } = useTranslation();
  const look = useLook();
  const option = useMemo(() => attributionOption(answer, look), [answer, look]);
  const sheet = useMemo(() => attributionSheet(answer, look), [answer, look]);
  return (
    <>
      {brief ? null : (
        <div className="figures">
          <div>
            <div className="quiet small">{t('answer.conversions')}</div>
            <div className="figure mid">{look.format.count(answer.conversions)}</div>
          </div>
          <div>
            <div className="quiet small">{t('answer.people')}</div>
            <div className="figure mid">
              <Behind people={answer.converted.people} about={t('answer.conversions')}>
                {look.format.count(answer.converted.value)}
              </Behind>
            </div>
          </div>
          {answer.value === null ? null : (
            <div>
              <div className="quiet small">{t('answer.value')}</div>
              <div className="figure mid">{plain(answer.value, look)}</div>
            </div>
          )}
        </div>
      )}
      <AnswerFigure
        title={t('analysis.attribution')}
        file="attribution"
        sheet={sheet}
        option={option}
        height={height ?? attributionHeight(answer)}
      />
      {brief ? null : <SheetTable sheet={sheet} label={t('analysis.attribution')} />}
    </>
  );
}
