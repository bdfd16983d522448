import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useProgramme } from '../use_programme';

/** Another programme, where there are several. What else the address says is of the old one. */
export function ProgrammeSwitch() {
  const { t } = useTranslation();
  const [, setParams] = useSearchParams();
  const { query, programme } = useProgramme();
  const all = query.data?.programmes ?? [];
  if (all.length < 2 && (programme || all.length === 0)) return null;
  return (
    <Select
      aria-label={t('programme.switch')}
      value={programme?.id ?? null}
      placeholder={t('programme.switch')}
      onChange={(id) => setParams(id ? { programme: id } : {})}
      options={all.map(({ id, name }) => ({ value: id, label: name }))}
      popupMatchSelectWidth={false}
      style={{ minWidth: 140 }}
    />
  );
}
