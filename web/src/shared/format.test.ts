import { describe, expect, test } from 'vitest';
import { bytes, clockTime, count, money, percent, points } from './format';

describe('numbers', () => {
  test('counts are grouped and nothing is a dash', () => {
    expect(count(12431, 'en-GB')).toBe('12,431');
    expect(count(12431, 'zh-CN')).toBe('12,431');
    expect(count(null, 'en-GB')).toBe('–');
  });
  test('shares and points', () => {
    expect(percent(0.75, 'en-GB')).toBe('75.0%');
    expect(percent(null, 'en-GB')).toBe('–');
    expect(points(0.012, 'en-GB')).toBe('+1.2');
    expect(points(-0.5, 'en-GB')).toBe('-50.0');
    expect(points(0, 'en-GB')).toBe('0.0');
  });
  test('money is minor units of its currency', () => {
    expect(money(974774793, 'GBP', 'en-GB')).toBe('£9,747,747.93');
    expect(money(974774793, 'GBP', 'en-GB', { whole: true })).toBe('£9,747,748');
    expect(money(1234, 'JPY', 'en-GB')).toBe('¥1,234');
    expect(money(-150, 'CNY', 'zh-CN')).toBe('-¥1.50');
    expect(money(null, 'CNY', 'zh-CN')).toBe('–');
  });
  test('sizes and durations', () => {
    expect(bytes(999, 'en-GB')).toBe('999 B');
    expect(bytes(7_611_818, 'en-GB')).toBe('7.6 MB');
    expect(clockTime(65)).toBe('1:05');
    expect(clockTime(7269)).toBe('2:01:09');
    expect(clockTime(null)).toBe('–');
  });
});
