import { Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ClearIcon } from '@/shared/ClearIcon';
import { useWorkspace } from '@/shared/session';

interface Props {
  value: string | undefined;
  onChange: (zone: string | undefined) => void;
}

/** The time zone whose days and weeks count; left out: the workspace's. */
export function ZonePicker({ value, onChange }: Props) {
  const { t } = useTranslation();
  const { zone } = useWorkspace();
  const zones = useMemo(
    () => [
      ...new Set([...(value ? [value] : []), zone, 'UTC', ...Intl.supportedValuesOf('timeZone')]),
    ],
    [value, zone],
  );
  return (
    <Select<string>
      className="pick"
      aria-label={t('ask.time_zone')}
      placeholder={zone}
      showSearch
      allowClear={{ clearIcon: <ClearIcon /> }}
      popupMatchSelectWidth={false}
      value={value ?? null}
      onChange={(next: string | undefined) => onChange(next)}
      options={zones.map((one) => ({ value: one, label: one }))}
    />
  );
}
