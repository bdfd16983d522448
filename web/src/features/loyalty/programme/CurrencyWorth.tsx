import { useTranslation } from 'react-i18next';
import type { PointsCurrency } from '@/api/types';
import { MoneyInput } from '@/shared/form/MoneyInput';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { useFormat } from '@/shared/use_format';
import { FormRow } from '../FormRow';
import { NumberRow } from '../NumberRow';

interface Props {
  label: string;
  value: PointsCurrency;
  onChange: (currency: PointsCurrency) => void;
}

const kMost = 1e10;
const kPpm = 10_000; // of one per cent

/** What points pay at the checkout, and what finance reckons that they cost. */
export function CurrencyWorth({ label, value, onChange }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const put = (part: Partial<PointsCurrency>) => onChange({ ...value, ...part });
  const money = (field: 'spend_minor' | 'cost_minor_per_1000', name: string) => (
    <MoneyInput
      aria-label={`${label}: ${name}`}
      max={kMost}
      value={value[field] ?? 0}
      onChange={(next) => put({ [field]: next })}
    />
  );
  const cost = value.cost_minor_per_1000 ?? 0;
  const redeemed = value.expected_redemption_ppm ?? 800_000;
  return (
    <>
      <FormRow name={t('programme.spend')}>
        <NeededNumber
          aria-label={`${label}: ${t('programme.spend_points')}`}
          min={1}
          precision={0}
          style={{ width: 90 }}
          value={value.spend_points ?? 100}
          onChange={(spend_points) => put({ spend_points })}
        />
        <span>{t('programme.spend_pay')}</span>
        {money('spend_minor', t('programme.spend_money'))}
      </FormRow>
      <NumberRow
        name={t('programme.spend_max')}
        label={`${label}: ${t('programme.spend_max')}`}
        max={100}
        suffix="%"
        value={value.spend_max_percent ?? 100}
        onChange={(spend_max_percent) => put({ spend_max_percent })}
      />
      <FormRow name={t('programme.cost')}>
        {money('cost_minor_per_1000', t('programme.cost'))}
      </FormRow>
      <NumberRow
        name={t('programme.redemption')}
        label={`${label}: ${t('programme.redemption')}`}
        hint={t('programme.liability', {
          share: format.percent(redeemed / 1_000_000, 1),
          worth: format.money(Math.round((cost * redeemed) / 1_000_000)),
        })}
        max={100}
        precision={2}
        suffix="%"
        unit={kPpm}
        value={redeemed}
        onChange={(expected_redemption_ppm) => put({ expected_redemption_ppm })}
      />
    </>
  );
}
