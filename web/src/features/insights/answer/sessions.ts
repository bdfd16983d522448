// Sessions over time: their number, length and size. Pure.
import type { EChartsOption } from 'echarts';
import type { AnswerOf } from './answers';
import { linesOption } from './charts';
import { groupName, periodName, plain, type Look } from './look';
import { measured, number, period, word, type Sheet } from './sheet';
import { span } from './spans';

type Answer = AnswerOf<'sessions'>;
type Row = Answer['groups'][number]['rows'][number];

export const kSessionMeasures = [
  'sessions',
  'people',
  'per_person',
  'mean_seconds',
  'median_seconds',
  'mean_events',
] as const;
export type SessionMeasure = (typeof kSessionMeasures)[number];

export const valueOf = (row: Row, measure: SessionMeasure): number | null =>
  measure === 'people' ? row.people.value : row[measure];

export function showOf(measure: SessionMeasure, look: Look) {
  return (value: number | null | undefined): string =>
    measure.endsWith('_seconds') ? span(value, look) : plain(value, look);
}

export function sessionsOption(answer: Answer, measure: SessionMeasure, look: Look): EChartsOption {
  const show = showOf(measure, look);
  return linesOption(
    {
      seconds: measure.endsWith('_seconds'),
      show: (value) => show(value),
      labels: (answer.groups[0]?.rows ?? []).map((row) => periodName(row.period)),
      lines: answer.groups.map((group) => ({
        name:
          group.group.kind === 'all'
            ? look.t(`answer.session_${measure}`)
            : groupName(group.group, look),
        points: group.rows.map((row) => ({
          value: valueOf(row, measure),
          people: row.people.people,
          about: `${groupName(group.group, look)} · ${row.period.label}`,
        })),
      })),
    },
    look,
  );
}

export function sessionsSheet(answer: Answer, look: Look): Sheet {
  const { t, format } = look;
  return {
    columns: [
      { key: 'period', title: t('insight.period') },
      { key: 'group', title: t('answer.group') },
      ...kSessionMeasures.map((key) => ({ key, title: t(`answer.session_${key}`), num: true })),
      { key: 'single_event', title: t('answer.single_event'), num: true },
    ],
    rows: answer.groups.flatMap((group) =>
      group.rows.map((row) => [
        period(row.period),
        word(groupName(group.group, look)),
        ...kSessionMeasures.map((measure) =>
          measure === 'people'
            ? measured(row.people, format.count)
            : number(row[measure], showOf(measure, look)),
        ),
        number(row.single_event, format.count),
      ]),
    ),
  };
}
