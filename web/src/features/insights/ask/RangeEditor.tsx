import { DatePicker, Select } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import type { QuestionRange } from '@/api/types';
import { ClearIcon } from '@/shared/ClearIcon';
import { addDays } from '@/shared/format_time';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { useWorkspace } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { ZonedPicker } from '@/shared/ZonedPicker';
import { At } from './At';
import { Pick } from './Pick';
import { kindOf, kPresets, rangeOf, type RangeKind } from './range';

const kKinds = [...Object.keys(kPresets), 'last', 'between', 'instants'] as RangeKind[];
const kUnits = ['hour', 'day', 'week', 'month'] as const;

interface Props {
  value: QuestionRange;
  onChange: (range: QuestionRange) => void;
}

/** The time that a question is about: a usual span, the last n units, or two days. */
export function RangeEditor({ value, onChange }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const { stands_on: standsOn } = useWorkspace();
  const kind = kindOf(value);
  const today = format.isoDay(standsOn ?? new Date());
  return (
    <At path="range">
      <div className="sentence">
        <Select<RangeKind>
          className="pick"
          aria-label={t('ask.range')}
          popupMatchSelectWidth={false}
          listHeight={360}
          value={kind}
          onChange={(next) =>
            onChange(rangeOf(next, value, { from: addDays(today, -30), to: addDays(today, 1) }))
          }
          options={kKinds.map((one) => ({ value: one, label: word('range', one) }))}
        />
        {kind === 'last' ? (
          <>
            <NeededNumber
              aria-label={t('ask.how_many')}
              min={1}
              max={4000}
              value={value.last ?? 30}
              onChange={(last) => onChange({ last, unit: value.unit ?? 'day' })}
              style={{ width: 70 }}
            />
            <Pick
              kind="units"
              label={t('ask.unit')}
              options={kUnits}
              value={value.unit ?? 'day'}
              onChange={(unit) => onChange({ last: value.last ?? 30, unit })}
            />
          </>
        ) : null}
        {kind === 'instants' ? (
          <>
            <ZonedPicker
              placeholder={t('period.from')}
              value={value.from}
              onChange={(from) => onChange({ ...value, from: from ?? '' })}
            />
            <ZonedPicker
              placeholder={t('ask.to_excluded')}
              value={value.to}
              onChange={(to) => onChange({ ...value, to: to ?? '' })}
            />
          </>
        ) : null}
        {kind === 'between' ? (
          <DatePicker.RangePicker
            allowClear={{ clearIcon: <ClearIcon /> }}
            separator="–"
            placeholder={[t('period.from'), t('period.until')]}
            value={[
              value.from ? dayjs(value.from) : null,
              value.to ? dayjs(value.to).subtract(1, 'day') : null,
            ]}
            onChange={(days) =>
              onChange({
                from: days?.[0]?.format('YYYY-MM-DD') ?? '',
                to: days?.[1]?.add(1, 'day').format('YYYY-MM-DD') ?? '',
              })
            }
          />
        ) : null}
      </div>
    </At>
  );
}
