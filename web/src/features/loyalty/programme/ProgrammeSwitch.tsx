import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAddress } from '@/shared/use_address';
import { useProgramme } from '../use_programme';

/** Another programme, where there are several. */
export function ProgrammeSwitch() {
  const { t } = useTranslation();
  const address = useAddress();
  const { query, programme } = useProgramme();
  const all = query.data?.programmes ?? [];
  if (all.length < 2) return null;
  return (
    <Select
      aria-label={t('programme.switch')}
      value={programme?.id ?? ''}
      onChange={(id) => address.change({ programme: id })}
      options={all.map(({ id, name }) => ({ value: id, label: name }))}
      popupMatchSelectWidth={false}
    />
  );
}
