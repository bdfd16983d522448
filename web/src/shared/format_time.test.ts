import { describe, expect, test } from 'vitest';
import { addDays, ago, dateTime, daysSince, isoDay } from './format_time';

describe('times', () => {
  test('are written in the zone of the workspace', () => {
    expect(dateTime('2011-09-08T23:30:00.000Z', 'en-GB', 'Europe/London')).toBe(
      '09/09/2011, 00:30',
    );
    expect(isoDay('2011-09-08T16:30:00.000Z', 'Asia/Shanghai')).toBe('2011-09-09');
  });
  test('ages', () => {
    const now = new Date('2011-09-09T12:00:00Z').getTime();
    const said = (at: string, locale = 'en-GB') => ago(at, now, locale);
    expect(said('2011-09-09T11:59:01Z')).toBe('now');
    expect(said('2011-09-09T11:58:59Z')).toBe('1 minute ago');
    expect(said('2011-09-09T11:00:00Z')).toBe('1 hour ago');
    expect(said('2011-09-07T13:00:00Z', 'zh-CN')).toBe('昨天');
    expect(said('2011-09-09T12:00:30Z')).toBe('now');
  });
  test('days', () => {
    expect(daysSince('2011-09-01T00:00:00Z', '2011-09-09T12:00:00Z')).toBe(8);
    expect(daysSince('2011-09-10T00:00:00Z', '2011-09-09T00:00:00Z')).toBe(0);
    expect(addDays('2011-12-31', 1)).toBe('2012-01-01');
    expect(addDays('2012-03-01', -1)).toBe('2012-02-29');
  });
});
