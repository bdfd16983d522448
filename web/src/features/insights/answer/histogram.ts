// Histograms of seconds: time to convert, intervals, lengths of sessions. Pure.
import type { EChartsOption } from 'echarts';
import type { SecondsBin } from '@/api/types';
import { histogramOption } from './bars';
import type { Look } from './look';
import { measured, word, type Sheet } from './sheet';
import { span } from './spans';

export const binName = (bin: SecondsBin, look: Look): string =>
  bin.to_seconds === null
    ? `≥ ${span(bin.from_seconds, look)}`
    : `${span(bin.from_seconds, look)} – ${span(bin.to_seconds, look)}`;

/** A histogram of seconds as chart and table: time to convert, intervals, lengths of sessions. */
export function secondsHistogram(
  bins: readonly SecondsBin[],
  counted: string,
  look: Look,
): { option: EChartsOption; sheet: Sheet } {
  const labels = bins.map((bin) => binName(bin, look));
  const points = bins.map(({ counted: one }, i) => ({ ...one, about: labels[i] ?? '' }));
  const choice = { labels, lines: [{ name: counted, points }], show: look.format.count };
  return {
    option: histogramOption(choice, look),
    sheet: {
      columns: [
        { key: 'seconds', title: look.t('answer.time') },
        { key: 'count', title: counted, num: true },
      ],
      rows: bins.map((bin, i) => [word(labels[i] ?? ''), measured(bin.counted, look.format.count)]),
    },
  };
}
