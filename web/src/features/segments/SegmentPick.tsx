import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSegments } from '@/shared/use_segments';

interface Props {
  value: string;
  onChange: (id: string) => void;
  /** A segment that cannot be chosen. */
  not?: string;
}

/** The members of another segment. */
export function SegmentPick({ value, onChange, not }: Props) {
  const { t } = useTranslation();
  const { data } = useSegments();
  return (
    <Select<string>
      className="pick"
      size="small"
      aria-label={t('segment.one')}
      placeholder={t('segment.one')}
      popupMatchSelectWidth={240}
      showSearch
      optionFilterProp="label"
      value={value || null}
      onChange={onChange}
      options={(data?.segments ?? [])
        .filter(({ id }) => id !== not)
        .map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}
