// Words and formats for tests: keys stand for themselves.
import type { TFunction } from 'i18next';
import type { Formats } from '@/shared/use_format';
import type { Look } from './look';

const number = (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : String(value);

export const fakeLook: Look = {
  theme: 'light',
  t: ((key: string, values?: Record<string, unknown>) =>
    values ? `${key} ${Object.values(values).join(' ')}` : key) as unknown as TFunction,
  set: (words, name) => name ?? words,
  word: (_, word) => word,
  format: {
    count: number,
    percent: (share: number | null | undefined) =>
      share === null || share === undefined ? '–' : `${Math.round(share * 100)}%`,
  } as unknown as Formats,
};
