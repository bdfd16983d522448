import { describe, expect, test } from 'vitest';
import { addDays, dateTime, daysSince, isoDay } from './format_time';

describe('times', () => {
  test('are written in the zone of the workspace', () => {
    expect(dateTime('2011-09-08T23:30:00.000Z', 'en-GB', 'Europe/London')).toBe(
      '09/09/2011, 00:30',
    );
    expect(isoDay('2011-09-08T16:30:00.000Z', 'Asia/Shanghai')).toBe('2011-09-09');
  });
  test('days', () => {
    expect(daysSince('2011-09-01T00:00:00Z', '2011-09-09T12:00:00Z')).toBe(8);
    expect(daysSince('2011-09-10T00:00:00Z', '2011-09-09T00:00:00Z')).toBe(0);
    expect(addDays('2011-12-31', 1)).toBe('2012-01-01');
    expect(addDays('2012-03-01', -1)).toBe('2012-02-29');
  });
});
