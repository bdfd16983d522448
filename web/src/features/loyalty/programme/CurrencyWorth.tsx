import { useTranslation } from 'react-i18next';
import type { PointsCurrency } from '@/api/types';
import { minorDigits } from '@/shared/format';
import { NumberInput } from '@/shared/NumberInput';
import { useFormat } from '@/shared/use_format';
import { FormRow } from '../FormRow';

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
  const unit = 10 ** minorDigits(format.currency);
  const put = (part: Partial<PointsCurrency>) => onChange({ ...value, ...part });
  const money = (field: 'spend_minor' | 'cost_minor_per_1000', name: string) => (
    <NumberInput
      aria-label={`${label}: ${name}`}
      min={0}
      max={kMost}
      precision={minorDigits(format.currency)}
      suffix={format.currency}
      style={{ width: 150 }}
      value={(value[field] ?? 0) / unit}
      onChange={(next) => put({ [field]: Math.round((next ?? 0) * unit) })}
    />
  );
  const cost = value.cost_minor_per_1000 ?? 0;
  const redeemed = value.expected_redemption_ppm ?? 800_000;
  return (
    <>
      <FormRow name={t('programme.spend')}>
        <NumberInput
          aria-label={`${label}: ${t('programme.spend_points')}`}
          min={1}
          precision={0}
          style={{ width: 90 }}
          value={value.spend_points ?? 100}
          onChange={(points) => put({ spend_points: points ?? 1 })}
        />
        <span>{t('programme.spend_pay')}</span>
        {money('spend_minor', t('programme.spend_money'))}
      </FormRow>
      <FormRow name={t('programme.spend_max')}>
        <NumberInput
          aria-label={`${label}: ${t('programme.spend_max')}`}
          min={0}
          max={100}
          precision={0}
          suffix="%"
          style={{ width: 110 }}
          value={value.spend_max_percent ?? 100}
          onChange={(percent) => put({ spend_max_percent: percent ?? 0 })}
        />
      </FormRow>
      <FormRow name={t('programme.cost')}>
        {money('cost_minor_per_1000', t('programme.cost'))}
      </FormRow>
      <FormRow
        name={t('programme.redemption')}
        hint={t('programme.liability', {
          share: format.percent(redeemed / 1_000_000, 1),
          worth: format.money(Math.round((cost * redeemed) / 1_000_000)),
        })}
      >
        <NumberInput
          aria-label={`${label}: ${t('programme.redemption')}`}
          min={0}
          max={100}
          precision={2}
          suffix="%"
          style={{ width: 110 }}
          value={redeemed / kPpm}
          onChange={(percent) =>
            put({ expected_redemption_ppm: Math.round((percent ?? 0) * kPpm) })
          }
        />
      </FormRow>
    </>
  );
}
