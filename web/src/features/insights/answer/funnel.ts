// Funnels: bars of the steps with what was lost between them, table, time to convert, trend. Pure.
import type { EChartsOption } from 'echarts';
import { axes, inks } from '@/shared/charts/base';
import type { AnswerOf } from './answers';
import { barsOption } from './bars';
import { groupName, type Look } from './look';
import { measured, number, word, type Sheet } from './sheet';
import { span } from './spans';

type Answer = AnswerOf<'funnel'>;
type Group = Answer['groups'][number];

const stepNames = (answer: Answer): string[] => answer.steps.map((name, i) => `${i + 1} ${name}`);

/** The groups of a breakdown; the whole when there is none. */
export const shownGroups = (answer: Answer): Group[] =>
  answer.groups.length > 1 ? answer.groups.slice(1) : answer.groups;

/** One funnel: reached below, lost above, so that each pair is as high as the step before. */
function oneFunnel(answer: Answer, group: Group, look: Look): EChartsOption {
  const ink = inks(look.theme);
  const name = look.t('answer.reached');
  const lost = look.t('answer.dropped');
  return {
    ...axes(look.theme, {
      labels: stepNames(answer),
      show: (value) => look.format.count(value),
      top: 32,
    }),
    series: [
      {
        name,
        type: 'bar',
        stack: 'all',
        color: ink.hues[0] as string,
        barMaxWidth: 96,
        cursor: 'pointer',
        data: group.steps.map((step, i) => ({
          ...step.reached,
          about: `${answer.steps[i] ?? ''} · ${name}`,
          label: {
            show: true,
            position: step.of_first !== null && step.of_first < 0.12 ? 'top' : 'insideTop',
            color: step.of_first !== null && step.of_first < 0.12 ? ink.text : ink.ground,
            fontWeight: 600,
            formatter: () => look.format.percent(step.of_first),
          },
        })),
      },
      {
        name: lost,
        type: 'bar',
        stack: 'all',
        barMaxWidth: 96,
        cursor: 'pointer',
        itemStyle: { color: ink.grey, opacity: 0.28 },
        data: group.steps.map((step, i) => ({
          ...step.dropped,
          about: `${answer.steps[i] ?? ''} · ${lost}`,
        })),
      },
    ],
  };
}

export function funnelOption(answer: Answer, look: Look): EChartsOption {
  const groups = shownGroups(answer);
  const first = groups[0];
  if (groups.length === 1 && first) return oneFunnel(answer, first, look);
  // Groups of different sizes compare by their share of the first step.
  return barsOption(
    {
      labels: stepNames(answer),
      show: (value) => look.format.percent(value, 0),
      lines: groups.map((group) => ({
        name: groupName(group.group, look),
        points: group.steps.map((step, i) => ({
          value: step.of_first,
          people: step.reached.people,
          about: `${groupName(group.group, look)} · ${answer.steps[i] ?? ''}`,
        })),
      })),
    },
    look,
  );
}

export function funnelSheet(answer: Answer, look: Look): Sheet {
  const { format, t } = look;
  const column = (key: string, name: 'reached' | 'dropped' | 'of_first' | 'of_previous') => ({
    key,
    title: t(`answer.${name}`),
    num: true,
  });
  const rows = answer.groups.flatMap((group) =>
    group.steps.map((step, i) => [
      word(`${i + 1} ${answer.steps[i] ?? ''}`),
      word(groupName(group.group, look)),
      measured(step.reached, format.count),
      measured(step.dropped, format.count),
      number(step.of_first, format.percent),
      number(step.of_previous, format.percent),
      number(step.time.median, (value) => span(value, look)),
      number(step.time.mean, (value) => span(value, look)),
      number(step.time.p90, (value) => span(value, look)),
    ]),
  );
  return {
    columns: [
      { key: 'step', title: t('answer.step') },
      { key: 'group', title: t('answer.group') },
      column('reached', 'reached'),
      column('dropped', 'dropped'),
      column('of_first', 'of_first'),
      column('of_previous', 'of_previous'),
      { key: 'median_seconds', title: t('answer.median_time'), num: true },
      { key: 'mean_seconds', title: t('answer.mean_time'), num: true },
      { key: 'p90_seconds', title: t('answer.p90_time'), num: true },
    ],
    rows,
  };
}
