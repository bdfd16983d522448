import type { EChartsOption } from 'echarts';
import { useEffect, useRef } from 'react';
import { mayMove } from '../motion';

interface Props {
  option: EChartsOption;
  label: string;
  height?: number;
  /** `data` is the item of the option that was clicked. */
  onPick?: (index: number, series: string, data: unknown) => void;
}

type Instance = ReturnType<typeof import('./echarts').init>;

// Without what moves, where nothing may.
const still = (option: EChartsOption): EChartsOption =>
  mayMove() ? option : { ...option, animation: false };

/** One chart. Its table, which stands beside it (see Figure), is the accessible form. */
export function Chart({ option, label, height = 300, onPick }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<Instance | null>(null);
  const latest = useRef({ option, onPick });
  latest.current = { option, onPick };

  useEffect(() => {
    let gone = false;
    const element = box.current;
    if (!element) return undefined;
    const sizes = new ResizeObserver(() => chart.current?.resize());
    void import('./echarts').then(({ init }) => {
      if (gone) return;
      const made = init(element, null, { renderer: 'svg' });
      chart.current = made;
      made.setOption(still(latest.current.option));
      made.on('click', (event) =>
        latest.current.onPick?.(event.dataIndex, event.seriesName ?? '', event.data),
      );
      sizes.observe(element);
    });
    return () => {
      gone = true;
      sizes.disconnect();
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(still(option), { notMerge: true });
  }, [option]);

  return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}
