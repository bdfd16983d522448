import { Select } from 'antd';
import { useTranslation } from 'react-i18next';

interface Props<Word extends string> {
  value: Word[];
  options: { value: Word; label: string }[];
  onChange: (value: Word[]) => void;
}

/** Any of the words that a condition may be about. */
export function WordsPick<Word extends string>({ value, options, onChange }: Props<Word>) {
  const { t } = useTranslation();
  return (
    <Select<Word[]>
      className="pick values"
      size="small"
      mode="multiple"
      style={{ minWidth: 160 }}
      aria-label={t('ask.value')}
      placeholder={t('ask.value')}
      popupMatchSelectWidth={false}
      value={value}
      onChange={onChange}
      options={options}
    />
  );
}
