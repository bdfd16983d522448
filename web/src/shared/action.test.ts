import { describe, expect, it } from 'vitest';
import { isComplete, kEmpty, kNewList } from './action';

describe('actions on chosen people', () => {
  it('are complete once everything they need is said', () => {
    expect(isComplete('list', kEmpty)).toBe(false);
    expect(isComplete('list', { ...kEmpty, segment: 's' })).toBe(true);
    expect(isComplete('list', { ...kEmpty, segment: kNewList })).toBe(false);
    expect(isComplete('list', { ...kEmpty, segment: kNewList, text: 'Mine' })).toBe(true);
    expect(isComplete('coupon', { ...kEmpty, programme: 'p' })).toBe(false);
    expect(isComplete('coupon', { ...kEmpty, programme: 'p', batch: 'b' })).toBe(true);
    const points = { ...kEmpty, programme: 'p', points: 5, text: 'sorry' };
    expect(isComplete('points', points)).toBe(true);
    expect(isComplete('points', { ...points, points: 0 })).toBe(false);
    expect(isComplete('points', { ...points, text: ' ' })).toBe(false);
    expect(isComplete('follow_up', { ...kEmpty, text: 'call' })).toBe(false);
    expect(isComplete('follow_up', { ...kEmpty, text: 'call', due: '2026-03-12' })).toBe(true);
  });
});
