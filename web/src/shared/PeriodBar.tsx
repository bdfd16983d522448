import { DatePicker, Segmented } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { ClearIcon } from './ClearIcon';
import { useAddress } from './use_address';

export const kPeriods = ['day', 'week', 'month'] as const;
export type By = (typeof kPeriods)[number];

export interface PeriodChoice {
  by: By;
  from?: string;
  to?: string;
}

/** The period of a page, out of its address. `to` is the first day that does not count any more. */
export function usePeriod(preset: By = 'month'): PeriodChoice {
  const address = useAddress();
  const from = address.text('from');
  const to = address.text('to');
  return {
    by: address.word('by', kPeriods, preset),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
}

export function PeriodBar({ period }: { period: PeriodChoice }) {
  const { t } = useTranslation();
  const { change } = useAddress();
  return (
    <>
      <Segmented
        aria-label={t('period.by')}
        value={period.by}
        onChange={(by) => change({ by, from: null, to: null })}
        options={kPeriods.map((value) => ({ value, label: t(`period.${value}`) }))}
      />
      <DatePicker.RangePicker
        allowEmpty={[true, true]}
        allowClear={{ clearIcon: <ClearIcon /> }}
        separator="–"
        placeholder={[t('period.from'), t('period.until')]}
        value={[
          period.from ? dayjs(period.from) : null,
          period.to ? dayjs(period.to).subtract(1, 'day') : null,
        ]}
        onChange={(days) =>
          change({
            from: days?.[0]?.format('YYYY-MM-DD') ?? null,
            to: days?.[1]?.add(1, 'day').format('YYYY-MM-DD') ?? null,
          })
        }
      />
    </>
  );
}
