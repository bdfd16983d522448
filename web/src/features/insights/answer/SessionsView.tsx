import { Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Behind } from '../people/Behind';
import { AnswerFigure } from './AnswerFigure';
import type { ViewProps } from './answers';
import { secondsHistogram } from './histogram';
import { useLook } from './use_look';
import {
  kSessionMeasures,
  sessionsOption,
  sessionsSheet,
  showOf,
  valueOf,
  type SessionMeasure,
} from './sessions';

export default function SessionsView({ answer, brief, height = 320 }: ViewProps<'sessions'>) {
  const { t } = useTranslation();
  const look = useLook();
  const [measure, setMeasure] = useState<SessionMeasure>('sessions');
  const option = useMemo(() => sessionsOption(answer, measure, look), [answer, measure, look]);
  const sheet = useMemo(() => sessionsSheet(answer, look), [answer, look]);
  const all = answer.groups[0];
  const lengths = useMemo(
    () => secondsHistogram(all?.histogram ?? [], t('answer.session_sessions'), look),
    [all, t, look],
  );
  return (
    <>
      {brief || !all ? null : (
        <div className="figures">
          {kSessionMeasures.map((one) => (
            <div key={one}>
              <div className="quiet small">{t(`answer.session_${one}`)}</div>
              <div className="figure mid">
                <Behind
                  people={one === 'people' ? all.total.people.people : undefined}
                  about={t('answer.session_people')}
                >
                  {showOf(one, look)(valueOf(all.total, one))}
                </Behind>
              </div>
            </div>
          ))}
        </div>
      )}
      <AnswerFigure
        title={t(`answer.session_${measure}`)}
        file="sessions"
        sheet={sheet}
        option={option}
        height={height}
        tools={
          brief ? null : (
            <Select<SessionMeasure>
              size="small"
              popupMatchSelectWidth={false}
              aria-label={t('insight.measure')}
              value={measure}
              onChange={setMeasure}
              options={kSessionMeasures.map((value) => ({
                value,
                label: t(`answer.session_${value}`),
              }))}
            />
          )
        }
      />
      {brief || !all || all.histogram.length === 0 ? null : (
        <AnswerFigure
          title={t('answer.session_lengths')}
          file="session-lengths"
          {...lengths}
          height={240}
        />
      )}
    </>
  );
}
