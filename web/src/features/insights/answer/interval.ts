// The time between two events: boxes of quarters, and a table. Pure.
import type { EChartsOption } from 'echarts';
import type { AnswerPeriod, Measured, SecondsSpread } from '@/api/types';
import { axes, inks } from '@/shared/charts/base';
import type { AnswerOf } from './answers';
import { groupName, periodName, type Look } from './look';
import { measured, number, word, type Sheet } from './sheet';
import { axisOfSeconds, span } from './spans';

type Answer = AnswerOf<'interval'>;

interface Box {
  name: string;
  group: string;
  period: AnswerPeriod | null;
  people: Measured;
  time: SecondsSpread;
}

/** One box for each period of the first group, or for each group without periods. */
export function boxesOf(answer: Answer, look: Look): Box[] {
  return answer.groups.flatMap((group): Box[] => {
    const name = groupName(group.group, look);
    const whole = { name, group: name, period: null, people: group.people, time: group.time };
    const periods = (group.trend ?? []).map((one) => ({
      ...one,
      name: answer.groups.length > 1 ? `${name} · ${one.period.label}` : periodName(one.period),
      group: name,
    }));
    return periods.length > 0 ? periods : [whole];
  });
}

const kFigures = ['minimum', 'p25', 'median', 'p75', 'p90'] as const;

/** Boxes from the first to the third quarter; the upper end is the 90th percentile. */
export function intervalOption(answer: Answer, look: Look): EChartsOption {
  const ink = inks(look.theme);
  const boxes = boxesOf(answer, look).filter((box) => box.time.count > 0);
  const base = axes(look.theme, {
    labels: boxes.map((box) => box.name),
    show: (seconds) => span(seconds, look),
  });
  const top = Math.max(0, ...boxes.map((box) => box.time.p90 ?? 0));
  return {
    ...base,
    yAxis: { ...base.yAxis, ...axisOfSeconds(top) } as EChartsOption['yAxis'],
    tooltip: {
      ...(base.tooltip as object),
      trigger: 'item',
      formatter: (item) => {
        const box = boxes[(Array.isArray(item) ? item[0] : item)?.dataIndex ?? 0];
        if (!box) return '';
        const lines = kFigures.map(
          (name) => `${look.t(`answer.spread_${name}`)}: ${span(box.time[name], look)}`,
        );
        // The tooltip is HTML: names come from events and must stay text.
        const safe = box.name.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
        return [`<b>${safe}</b>`, ...lines].join('<br>');
      },
    },
    series: [
      {
        type: 'boxplot',
        name: look.t('analysis.interval'),
        boxWidth: [8, 48],
        itemStyle: { color: ink.ground, borderColor: ink.hues[0] as string, borderWidth: 2 },
        data: boxes.map((box) => ({
          value: kFigures.map((name) => box.time[name] ?? 0),
          people: box.people.people,
          about: box.name,
        })),
      },
    ],
  };
}

export function intervalSheet(answer: Answer, look: Look): Sheet {
  const { t, format } = look;
  const time = (value: number | null | undefined) => span(value, look);
  const figures = ['mean', 'minimum', 'p25', 'median', 'p75', 'p90', 'maximum'] as const;
  return {
    columns: [
      { key: 'name', title: t('answer.group') },
      { key: 'people', title: t('answer.people'), num: true },
      { key: 'intervals', title: t('answer.intervals'), num: true },
      ...figures.map((name) => ({
        key: `${name}_seconds`,
        title: t(`answer.spread_${name}`),
        num: true,
      })),
    ],
    rows: boxesOf(answer, look).map((box) => [
      word(box.name),
      measured(box.people, format.count),
      number(box.time.count, format.count),
      ...figures.map((name) => number(box.time[name], time)),
    ]),
  };
}
