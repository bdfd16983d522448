import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { PointsExpiry } from '@/api/types';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { useWords } from '@/shared/use_words';
import { FormRow } from '../FormRow';
import { expiryOf } from './programme_draft';

const kKinds = ['never', 'days', 'end_of'] as const;
const kUnits = ['day', 'month', 'quarter', 'year'] as const;
const kMost = 10_000;

interface Props {
  label: string;
  value: PointsExpiry;
  onChange: (expiry: PointsExpiry) => void;
}

/** When points expire, seen from the day on which they were earned. */
export function ExpiryRow({ label, value, onChange }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const { kind, unit = 'year', after = 0 } = value;
  return (
    <FormRow
      name={t('programme.expiry')}
      {...(kind === 'end_of'
        ? {
            hint: t(after > 0 ? 'programme.expiry_end' : 'programme.expiry_end_now', {
              unit: word('expiry_unit', unit),
              span: word('expiry_span', unit),
              n: after,
            }),
          }
        : {})}
    >
      <Select
        aria-label={`${label}: ${t('programme.expiry')}`}
        value={kind}
        onChange={(next) => onChange(expiryOf(next))}
        options={kKinds.map((one) => ({ value: one, label: word('expiry_kind', one) }))}
        style={{ minWidth: 130 }}
      />
      {kind === 'days' ? (
        <NeededNumber
          aria-label={`${label}: ${t('programme.expiry_days')}`}
          min={0}
          max={kMost}
          precision={0}
          suffix={t('unit.days_word')}
          style={{ width: 130 }}
          value={value.days ?? 365}
          onChange={(days) => onChange({ ...value, days })}
        />
      ) : null}
      {kind === 'end_of' ? (
        <>
          <Select
            aria-label={`${label}: ${t('programme.expiry_unit')}`}
            value={unit}
            onChange={(next) => onChange({ ...value, unit: next })}
            options={kUnits.map((one) => ({ value: one, label: word('expiry_unit', one) }))}
            style={{ minWidth: 80 }}
          />
          <span>{t('programme.expiry_plus')}</span>
          <NeededNumber
            aria-label={`${label}: ${t('programme.expiry_after')}`}
            min={0}
            max={kMost}
            precision={0}
            style={{ width: 60 }}
            value={after}
            onChange={(next) => onChange({ ...value, after: next })}
          />
          <span>{word('expiry_span', unit)}</span>
        </>
      ) : null}
    </FormRow>
  );
}
