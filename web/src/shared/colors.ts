// Colours of the charts. The categorical hues are told apart with every common colour blindness
// (they keep different lightness as well as hue) and are always taken in this order.
import type { ThemeName } from './theme_choice';

export const kHues: Record<ThemeName, readonly string[]> = {
  light: ['#12805c', '#2f6db5', '#d98a00', '#b5508d', '#4ba3c7', '#c4512d', '#7a6bb8', '#80803a'],
  dark: ['#3fb58a', '#6ba3e0', '#efb13f', '#dc86b8', '#86cbe6', '#e98560', '#a99be0', '#b8b868'],
};

/** Grey of the previous period and of hold-outs. */
export const kGrey: Record<ThemeName, string> = { light: '#8a9591', dark: '#7d8884' };

export const kStages = ['prospect', 'new', 'active', 'loyal', 'silent', 'churned'] as const;

export const kStageColors: Record<ThemeName, Record<string, string>> = {
  light: {
    prospect: '#9aa5a1',
    new: '#4ba3c7',
    active: '#57b38c',
    loyal: '#12805c',
    silent: '#d98a00',
    churned: '#b3452a',
  },
  dark: {
    prospect: '#7d8884',
    new: '#6fb9d8',
    active: '#6cc9a2',
    loyal: '#3fb58a',
    silent: '#e0a53a',
    churned: '#d9714f',
  },
};

type Rgb = [number, number, number];
// Sequential greens from the ground to the deepest, for heat maps.
const kGreens: Record<ThemeName, Rgb[]> = {
  light: [
    [255, 255, 255],
    [205, 234, 220],
    [116, 190, 156],
    [18, 128, 92],
    [6, 68, 48],
  ],
  dark: [
    [21, 26, 25],
    [24, 54, 44],
    [26, 93, 71],
    [52, 150, 114],
    [140, 226, 190],
  ],
};

function luminance([r, g, b]: Rgb): number {
  const linear = (channel: number) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

export interface HeatColor {
  background: string;
  color: string;
}

/**
 * The colour of a share of the scale (0–1), and black or white text, whichever reads better on
 * it.
 */
export function heat(share: number, theme: ThemeName): HeatColor {
  const scale = kGreens[theme];
  const place = Math.min(1, Math.max(0, share)) * (scale.length - 1);
  const low = Math.min(scale.length - 2, Math.floor(place));
  const part = place - low;
  const from = scale[low] as Rgb;
  const to = scale[low + 1] as Rgb;
  const rgb = from.map((channel, i) =>
    Math.round(channel + ((to[i] as number) - channel) * part),
  ) as Rgb;
  const light = luminance(rgb);
  const onWhite = 1.05 / (light + 0.05);
  const onBlack = (light + 0.05) / 0.05;
  return { background: `rgb(${rgb.join(',')})`, color: onBlack >= onWhite ? '#000000' : '#ffffff' };
}

export const contrast = (a: Rgb, b: Rgb): number => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};
