import { Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { useWords } from '@/shared/use_words';
import { valueAs, type ValueKind } from './value';

interface Props {
  kind: ValueKind;
  many: boolean;
  label?: string;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** With what a property is compared. */
export function ValueInput({ kind, many, label: named, value, onChange }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const label = named ?? t('ask.value');
  if (many) {
    return (
      <Select<string[]>
        mode="tags"
        style={{ minWidth: 180 }}
        aria-label={label}
        placeholder={t('rule_form.values_hint')}
        open={false}
        suffixIcon={null}
        tokenSeparators={[',', '，', '\n']}
        value={(Array.isArray(value) ? value : []).map(String)}
        onChange={(all) => onChange(valueAs(all, kind))}
      />
    );
  }
  if (kind === 'number') {
    return (
      <NeededNumber
        aria-label={label}
        placeholder={label}
        value={typeof value === 'number' ? value : null}
        onChange={onChange}
      />
    );
  }
  if (kind === 'yes_no') {
    return (
      <Select<string>
        aria-label={label}
        style={{ minWidth: 80 }}
        value={String(value === true)}
        onChange={(next) => onChange(next === 'true')}
        options={['true', 'false'].map((one) => ({ value: one, label: word('yes_no', one) }))}
      />
    );
  }
  return (
    <Input
      aria-label={label}
      placeholder={label}
      style={{ width: 160 }}
      value={typeof value === 'string' ? value : ''}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
