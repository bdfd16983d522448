// Paths as a Sankey diagram: one column for each step, a grey way out where people leave. Pure.
import type { EChartsOption } from 'echarts';
import { inks } from '@/shared/charts/base';
import type { AnswerOf } from './answers';
import type { Look } from './look';
import { exitsOf, nodeName, type Exit } from './path_exits';
import { measured, number, word, type Sheet } from './sheet';

type Answer = AnswerOf<'paths'>;

function nodesFor(answer: Answer, exits: Exit[], look: Look) {
  const ink = inks(look.theme);
  const first = Math.min(0, ...answer.nodes.map((node) => node.step));
  const events = [...new Set(answer.nodes.map((node) => node.event))];
  const linked = new Set(answer.edges.flatMap((edge) => [edge.from, edge.to]));
  const leaving = new Set(exits.map((exit) => exit.from));
  const steps = answer.nodes
    .filter((node) => linked.has(node.id) || leaving.has(node.id))
    .map((node) => ({
      name: node.id,
      depth: node.step - first,
      people: node.people.people,
      about: nodeName(node, look),
      label: { formatter: `${nodeName(node, look)}  ${look.format.count(node.people.value)}` },
      itemStyle: {
        color:
          node.kind === 'other'
            ? ink.grey
            : (ink.hues[events.indexOf(node.event) % ink.hues.length] as string),
      },
    }));
  const ways = [...new Map(exits.map((exit) => [exit.id, exit])).values()].map((exit) => ({
    name: exit.id,
    depth: exit.depth,
    label: { formatter: look.t('answer.leave'), color: ink.quiet },
    itemStyle: { color: ink.grey, opacity: 0.5 },
  }));
  return [...steps, ...ways];
}

export function pathsOption(answer: Answer, look: Look): EChartsOption {
  const ink = inks(look.theme);
  const names = new Map(answer.nodes.map((node) => [node.id, nodeName(node, look)]));
  const called = (id: string) => names.get(id) ?? look.t('answer.leave');
  const exits = exitsOf(answer);
  return {
    textStyle: { fontFamily: 'inherit', color: ink.text },
    tooltip: {
      backgroundColor: ink.ground,
      borderColor: ink.line,
      textStyle: { color: ink.text, fontSize: 13 },
      renderMode: 'richText',
      formatter: (item) => {
        const { data } = (Array.isArray(item) ? item[0] : item) as { data?: unknown };
        const { about, value } = (data ?? {}) as { about?: string; value?: number };
        return [about ?? '', value === undefined ? '' : look.format.count(value)].join('  ');
      },
    },
    series: [
      {
        type: 'sankey',
        left: 4,
        right: 150,
        top: 12,
        bottom: 12,
        nodeWidth: 12,
        nodeGap: 12,
        nodeAlign: 'left',
        draggable: false,
        layoutIterations: 64,
        label: { color: ink.text, fontSize: 12, width: 130, overflow: 'truncate' },
        lineStyle: { color: 'source', opacity: 0.28 },
        emphasis: { focus: 'adjacency' },
        data: nodesFor(answer, exits, look),
        links: [
          ...answer.edges.map((edge) => ({
            source: edge.from,
            target: edge.to,
            value: edge.people.value ?? edge.count,
            people: edge.people.people,
            about: `${called(edge.from)} → ${called(edge.to)}`,
          })),
          ...exits.map((exit) => ({
            source: exit.from,
            target: exit.id,
            value: exit.value,
            people: exit.people,
            about: `${called(exit.from)} → ${look.t('answer.leave')}`,
            lineStyle: { color: ink.grey, opacity: 0.15 },
          })),
        ],
      },
    ],
  };
}

export function pathsSheet(answer: Answer, look: Look): Sheet {
  const { t, format } = look;
  const nodes = new Map(answer.nodes.map((node) => [node.id, node]));
  const name = (id: string) => {
    const node = nodes.get(id);
    return node ? `${node.step} ${nodeName(node, look)}` : id;
  };
  return {
    columns: [
      { key: 'from', title: t('answer.from') },
      { key: 'to', title: t('answer.to') },
      { key: 'people', title: t('answer.people'), num: true },
      { key: 'count', title: t('answer.times'), num: true },
    ],
    rows: [
      ...answer.edges.map((edge) => [
        word(name(edge.from)),
        word(name(edge.to)),
        measured(edge.people, format.count),
        number(edge.count, format.count),
      ]),
      ...exitsOf(answer).map((exit) => [
        word(name(exit.from)),
        word(t('answer.leave')),
        number(exit.value, format.count, exit.people),
        word(''),
      ]),
    ],
  };
}

/** The most frequent whole paths, one a row. */
export function wholePathsSheet(answer: Answer, look: Look): Sheet {
  const { t, format } = look;
  return {
    columns: [
      { key: 'path', title: t('answer.whole_path') },
      { key: 'people', title: t('answer.people'), num: true },
      { key: 'count', title: t('answer.times'), num: true },
    ],
    rows: answer.top.map((path) => [
      word(path.events.map((event) => event || t('answer.other')).join(' → ')),
      measured(path.people, format.count),
      number(path.count, format.count),
    ]),
  };
}

/** As high as the fullest column needs. */
export function pathsHeight(answer: Answer): number {
  const sizes = new Map<number, number>();
  for (const node of answer.nodes) sizes.set(node.step, (sizes.get(node.step) ?? 1) + 1);
  return Math.min(900, Math.max(320, 40 * Math.max(1, ...sizes.values())));
}
