// A chart as a picture: drawn once more, out of sight, on a canvas of its own.
import type { EChartsOption } from 'echarts';
import type { ThemeName } from '../theme_choice';
import { inks } from './base';

const kWidth = 1200;
const kHeight = 560;

export async function downloadPng(
  name: string,
  title: string,
  option: EChartsOption,
  theme: ThemeName,
): Promise<void> {
  const { init } = await import('./echarts_canvas');
  const box = document.createElement('div');
  const chart = init(box, null, { renderer: 'canvas', width: kWidth, height: kHeight });
  const ink = inks(theme);
  chart.setOption({ ...option, animation: false });
  chart.setOption({
    title: { text: title, left: 12, top: 8, textStyle: { color: ink.text, fontSize: 16 } },
  });
  const { grid } = option;
  if (grid && !Array.isArray(grid)) {
    const top = typeof grid.top === 'number' ? grid.top : 16;
    chart.setOption({ grid: { top: top + 36 }, legend: { top: 34 } });
  }
  const link = document.createElement('a');
  link.href = chart.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: ink.ground });
  link.download = name;
  link.click();
  chart.dispose();
}
