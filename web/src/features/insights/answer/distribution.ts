// How people spread over counts or values: a histogram, or bars of periods. Pure.
import type { EChartsOption } from 'echarts';
import type { AnswerOf } from './answers';
import { barsOption, histogramOption } from './bars';
import { groupName, periodName, plain, type Look } from './look';
import { measured, number, period, word, type Sheet } from './sheet';
import { shareOf } from './people_over_time';

type Answer = AnswerOf<'distribution'>;

/** One span: a histogram with a series for each group. Several: stacked bars of one group. */
export function distributionOption(answer: Answer, at: number, look: Look): EChartsOption {
  const show = (value: number) => look.format.count(value);
  const bins = answer.bins.map(({ label }) => label);
  const group = answer.groups[at] ?? answer.groups[0];
  if (!group) return {};
  if (group.rows.length > 1) {
    return barsOption(
      {
        stacked: true,
        show,
        labels: group.rows.map((row) => periodName(row.period)),
        lines: bins.map((name, bin) => ({
          name,
          points: group.rows.map((row) => ({
            ...(row.counts[bin] ?? { value: null }),
            about: `${row.period.label} · ${name}`,
          })),
        })),
      },
      look,
    );
  }
  return histogramOption(
    {
      show,
      labels: bins,
      lines: answer.groups.map((one) => ({
        name: groupName(one.group, look),
        points: (one.rows[0]?.counts ?? []).map((count, bin) => ({
          ...count,
          about: `${groupName(one.group, look)} · ${bins[bin] ?? ''}`,
        })),
      })),
    },
    look,
  );
}

export function distributionSheet(answer: Answer, look: Look): Sheet {
  const { t, format } = look;
  const amount = (value: number | null | undefined) => plain(value, look);
  return {
    columns: [
      { key: 'period', title: t('insight.period') },
      { key: 'group', title: t('answer.group') },
      { key: 'people', title: t('answer.people'), num: true },
      { key: 'mean', title: t('answer.mean'), num: true },
      { key: 'median', title: t('answer.median'), num: true },
      ...answer.bins.flatMap(({ label }) => [
        { key: label, title: label, num: true },
        { key: `${label} share`, title: '%', num: true },
      ]),
    ],
    rows: answer.groups.flatMap((group) =>
      group.rows.map((row) => [
        period(row.period),
        word(groupName(group.group, look)),
        measured(row.people, format.count),
        number(row.mean, amount),
        number(row.median, amount),
        ...row.counts.flatMap((count) => [
          measured(count, format.count),
          number(shareOf(count.value, row.people.value), format.percent),
        ]),
      ]),
    ),
  };
}
