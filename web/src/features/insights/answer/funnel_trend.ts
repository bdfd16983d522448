// Conversion of a funnel over time. Pure.
import type { EChartsOption } from 'echarts';
import type { AnswerOf } from './answers';
import { linesOption } from './charts';
import { shownGroups } from './funnel';
import { groupName, periodName, type Look } from './look';
import { number, word, type Sheet } from './sheet';

type Answer = AnswerOf<'funnel'>;

/** Conversion by the period of entry; null without periods. */
export function funnelTrend(
  answer: Answer,
  look: Look,
): { option: EChartsOption; sheet: Sheet } | null {
  const groups = shownGroups(answer).filter((group) => group.trend);
  const periods = answer.periods ?? [];
  if (groups.length === 0 || periods.length === 0) return null;
  const lines = groups.map((group) => ({
    name: groupName(group.group, look),
    points: (group.trend ?? []).map((one, i) => ({
      value: one.conversion.rate,
      people: one.reached.at(-1)?.people,
      about: [groupName(group.group, look), periods[i]?.label].join(' · '),
    })),
  }));
  const labels = periods.map(periodName);
  const show = (value: number) => look.format.percent(value, 0);
  return {
    option: linesOption({ labels, lines, show }, look),
    sheet: {
      columns: [
        { key: 'period', title: look.t('insight.period') },
        ...lines.map(({ name }) => ({ key: name, title: name, num: true })),
      ],
      rows: labels.map((label, i) => [
        word(label),
        ...lines.map(({ points }) =>
          number(points[i]?.value, look.format.percent, points[i]?.people),
        ),
      ]),
    },
  };
}
