// Trends as lines and as a table. Pure.
import type { EChartsOption } from 'echarts';
import type { AnswerOf } from './answers';
import { barsOption, lyingBarsOption } from './bars';
import { linesOption, type Line } from './charts';
import { groupName, periodName, plain, type Look } from './look';
import { measured, period, word, type Sheet } from './sheet';

type Answer = AnswerOf<'trends'>;
type Series = Answer['series'][number];

export type TrendsShape = 'lines' | 'bars' | 'total';

/** What a line is called: its series, its group, or both where both differ. */
export function nameOf(one: Series, all: readonly Series[], look: Look): string {
  const several = new Set(all.map(({ id }) => id)).size > 1;
  if (one.group.kind === 'all') return one.name;
  const group = groupName(one.group, look);
  return several ? `${one.name} · ${group}` : group;
}

export function trendsLines(answer: Answer, look: Look): Line[] {
  return answer.series.flatMap((one, hue) => {
    const name = nameOf(one, answer.series, look);
    const now: Line = {
      name,
      hue,
      points: one.values.map((value, i) => ({
        ...value,
        about: [name, answer.periods[i]?.label].join(' · '),
      })),
    };
    if (!one.previous) return [now];
    const before: Line = {
      name: look.t('answer.before', { name }),
      label: look.t('answer.span_before'),
      before: true,
      points: one.previous.map((value, i) => ({
        ...value,
        about: [name, answer.previous_periods?.[i]?.label].join(' · '),
      })),
    };
    return [now, before];
  });
}

export function trendsOption(answer: Answer, shape: TrendsShape, look: Look): EChartsOption {
  const show = (value: number) => plain(value, look);
  if (shape === 'total') {
    const names = answer.series.map((one) => nameOf(one, answer.series, look));
    const points = answer.series.map((one, i) => ({ ...one.total, about: names[i] ?? '' }));
    const line = { name: look.t('answer.total'), points };
    return lyingBarsOption({ labels: names, lines: [line], show }, look);
  }
  const choice = {
    labels: answer.periods.map(periodName),
    lines: trendsLines(answer, look),
    show,
  };
  return shape === 'bars' ? barsOption(choice, look) : linesOption(choice, look);
}

export function trendsSheet(answer: Answer, look: Look): Sheet {
  const show = (value: number | null | undefined) => plain(value, look);
  const columns = answer.series.flatMap((one) => {
    const title = nameOf(one, answer.series, look);
    const key = [
      one.id,
      one.group.kind === 'value' || one.group.kind === 'set' ? one.group.label : one.group.kind,
    ]
      .filter((part) => part !== 'all')
      .join('_');
    const now = { key, title, num: true };
    return one.previous
      ? [
          now,
          { key: `${key}_previous`, title: look.t('answer.before', { name: title }), num: true },
        ]
      : [now];
  });
  const rows = answer.periods.map((at, i) => [
    period(at),
    ...answer.series.flatMap((one) => [
      measured(one.values[i], show),
      ...(one.previous ? [measured(one.previous[i], show)] : []),
    ]),
  ]);
  const totals = [
    word(look.t('answer.total')),
    ...answer.series.flatMap((one) => [
      measured(one.total, show),
      ...(one.previous ? [measured(one.previous_total, show)] : []),
    ]),
  ];
  return {
    columns: [{ key: 'period', title: look.t('insight.period') }, ...columns],
    rows: [...rows, totals],
  };
}

/** The change of a whole span against the one before, as a share; null when there is none. */
export function changeOf(one: Series): number | null {
  const before = one.previous_total?.value;
  const now = one.total.value;
  if (before === undefined || before === null || before === 0 || now === null) return null;
  return now / before - 1;
}
