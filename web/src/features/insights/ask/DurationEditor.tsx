import { useTranslation } from 'react-i18next';
import type { Duration } from '@/api/types';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { At } from './At';
import { Pick } from './Pick';

const kUnits = ['second', 'minute', 'hour', 'day', 'week'] as const;

interface Props {
  value: Duration;
  onChange: (duration: Duration) => void;
  path: string;
  label: string;
}

export function DurationEditor({ value, onChange, path, label }: Props) {
  const { t } = useTranslation();
  return (
    <At path={path}>
      <NeededNumber
        aria-label={label}
        min={1}
        value={value.count}
        onChange={(count) => onChange({ ...value, count })}
        style={{ width: 70 }}
      />{' '}
      <Pick
        kind="units"
        label={`${label}: ${t('ask.unit')}`}
        options={kUnits}
        value={value.unit}
        onChange={(unit) => onChange({ ...value, unit })}
      />
    </At>
  );
}
