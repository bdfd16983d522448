import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { LoyaltyRule, Programme } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { ZonedPicker } from '@/shared/ZonedPicker';
import { FormRow } from '../FormRow';

interface Props {
  programme: Programme;
  value: LoyaltyRule;
  onChange: (rule: LoyaltyRule) => void;
}

/** Of which currency the points are, when they can be spent, and from when the rule counts. */
export function PointsTerms({ programme, value, onChange }: Props) {
  const { t } = useTranslation();
  const put = (part: Partial<LoyaltyRule>) => onChange({ ...value, ...part });
  const days = (field: 'delay_days' | 'expires_in_days', most: number) => (
    <FormRow
      name={t(field === 'delay_days' ? 'loyalty.delay_days' : 'rule_form.expires_in_days')}
      at={field}
      {...(field === 'delay_days' ? { hint: t('rule_form.delay_hint') } : {})}
    >
      <NumberInput
        aria-label={t(field === 'delay_days' ? 'loyalty.delay_days' : 'rule_form.expires_in_days')}
        min={0}
        max={most}
        precision={0}
        placeholder={t('loyalty.delay_preset')}
        style={{ width: 190 }}
        value={value[field] ?? null}
        onChange={(next) => put({ [field]: next })}
      />
    </FormRow>
  );
  return (
    <>
      <FormRow name={t('loyalty.currency')} at="currency">
        <Select
          aria-label={t('loyalty.currency')}
          value={value.currency || (programme.currencies[0]?.code ?? '')}
          onChange={(currency) => put({ currency })}
          options={programme.currencies.map(({ code, name }) => ({
            value: code,
            label: name ?? code,
          }))}
          style={{ minWidth: 190 }}
        />
      </FormRow>
      {days('delay_days', 3_650)}
      {days('expires_in_days', 10_000)}
      <FormRow name={t('rule_form.from')} at="from" hint={t('rule_form.from_hint')}>
        <ZonedPicker
          placeholder={t('rule_form.from_now')}
          value={value.from}
          onChange={(from) => put({ from })}
        />
      </FormRow>
    </>
  );
}
