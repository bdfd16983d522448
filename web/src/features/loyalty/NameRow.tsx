import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { FormRow } from './FormRow';

/** What operators and customers call it. */
export function NameRow({ value, change }: { value: string; change: (name: string) => void }) {
  const { t } = useTranslation();
  return (
    <FormRow name={t('coupon.name')} at="name">
      <Input
        aria-label={t('coupon.name')}
        maxLength={60}
        value={value}
        onChange={({ target }) => change(target.value)}
        style={{ width: 300 }}
      />
    </FormRow>
  );
}
