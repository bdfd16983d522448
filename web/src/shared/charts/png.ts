// A chart as a picture: drawn once more, out of sight, on a canvas of its own.
import type { EChartsOption } from 'echarts';
import type { ThemeName } from '../theme_choice';
import { inks } from './base';

const kWidth = 1200;
const kHeight = 560;
const kTitlePixels = 36;

/** The option with a title above it; a canvas does not know the page's font, so it is named. */
function titled(option: EChartsOption, title: string, theme: ThemeName, font: string) {
  const ink = inks(theme);
  const lower = (part: unknown, preset: number) => {
    const place = part as { top?: unknown };
    const top = typeof place.top === 'number' ? place.top : preset;
    return { ...place, top: top + kTitlePixels };
  };
  return {
    ...option,
    animation: false,
    textStyle: { ...option.textStyle, fontFamily: font },
    title: { text: title, left: 12, top: 8, textStyle: { color: ink.text, fontSize: 16 } },
    ...(option.grid ? { grid: lower(option.grid, 16) } : {}),
    ...(option.legend ? { legend: { ...lower(option.legend, 0), left: 12 } } : {}),
  };
}

export async function downloadPng(
  name: string,
  title: string,
  option: EChartsOption,
  theme: ThemeName,
): Promise<void> {
  const { init } = await import('./echarts_canvas');
  const box = document.createElement('div');
  const chart = init(box, null, { renderer: 'canvas', width: kWidth, height: kHeight });
  const font = getComputedStyle(document.body).fontFamily;
  chart.setOption(titled(option, title, theme, font));
  const link = document.createElement('a');
  link.href = chart.getDataURL({
    type: 'png',
    pixelRatio: 2,
    backgroundColor: inks(theme).ground,
  });
  link.download = name;
  link.click();
  chart.dispose();
}
