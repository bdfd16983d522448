import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { ClearIcon } from '@/shared/ClearIcon';
import { useWorkspace } from '@/shared/session';
import { kWeekStarts, type WeekStart } from '@/shared/week_starts';

interface Props {
  value: WeekStart | undefined;
  onChange: (day: WeekStart | undefined) => void;
}

/** The day with which weeks begin; left out: the workspace's. */
export function WeekStartPicker({ value, onChange }: Props) {
  const { t } = useTranslation();
  const { week_start } = useWorkspace();
  return (
    <Select<WeekStart>
      className="pick"
      aria-label={t('ask.week_start')}
      placeholder={t(`settings.${week_start}`)}
      allowClear={{ clearIcon: <ClearIcon /> }}
      popupMatchSelectWidth={false}
      value={value ?? null}
      onChange={(next: WeekStart | undefined) => onChange(next)}
      options={kWeekStarts.map((one) => ({ value: one, label: t(`settings.${one}`) }))}
    />
  );
}
