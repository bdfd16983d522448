import { describe, expect, test } from 'vitest';
import { contrast, heat, kHues } from './colors';

const rgb = (text: string) => (text.match(/\d+/g) ?? []).map(Number) as [number, number, number];
const hex = (text: string) =>
  [1, 3, 5].map((i) => Number.parseInt(text.slice(i, i + 2), 16)) as [number, number, number];

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  test('text on every heat colour has a contrast of 4.5 or more', () => {
    for (let share = 0; share <= 1; share += 0.01) {
      const color = heat(share, theme);
      expect(contrast(rgb(color.background), hex(color.color))).toBeGreaterThanOrEqual(4.5);
    }
  });
  test('shares outside 0–1 take the ends', () => {
    expect(heat(-1, theme)).toEqual(heat(0, theme));
    expect(heat(7, theme)).toEqual(heat(1, theme));
  });
  test('eight different hues', () => {
    expect(new Set(kHues[theme]).size).toBe(8);
  });
});
