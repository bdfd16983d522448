import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { LoyaltyRule } from '@/api/types';
import { MoneyInput } from '@/shared/form/MoneyInput';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { minorDigits } from '@/shared/format';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { FormRow } from './FormRow';
import { withKind } from './rule/rule_draft';
import { TiersEditor } from './rule/TiersEditor';

const kAmounts = ['fixed', 'per_money', 'per_item', 'tiered'] as const;
const kRoundings = ['down', 'nearest', 'up'] as const;

interface Props {
  /** Its place in the form. */
  at?: string;
  amount: LoyaltyRule['amount'];
  onChange: (amount: LoyaltyRule['amount']) => void;
}

/** What a rule gives: points for each amount of money or each event, its rounding. */
export function RuleAmount({ at = 'amount', amount, onChange }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const unit = 10 ** minorDigits(format.currency);
  const rounding = (
    <Select
      aria-label={t('loyalty.rounding')}
      value={amount.rounding ?? 'down'}
      onChange={(next) => onChange({ ...amount, rounding: next })}
      options={kRoundings.map((one) => ({ value: one, label: word('rounding', one) }))}
      style={{ minWidth: 160 }}
    />
  );
  return (
    <>
      <FormRow name={t('loyalty.gives')} at={at}>
        {amount.kind === 'tiered' ? null : (
          <NeededNumber
            aria-label={t('loyalty.points')}
            min={0}
            precision={0}
            value={amount.points ?? 0}
            onChange={(points) => onChange({ ...amount, points })}
          />
        )}
        <Select
          aria-label={t('loyalty.amount_kind')}
          value={amount.kind}
          onChange={(kind) => onChange(withKind(amount, kind, unit))}
          options={kAmounts.map((kind) => ({ value: kind, label: word('amount_kind', kind) }))}
          style={{ minWidth: 200 }}
        />
        {amount.kind === 'tiered' ? rounding : null}
      </FormRow>
      {amount.kind === 'tiered' ? (
        <TiersEditor
          at={`${at}.tiers`}
          values={amount.tiers ?? []}
          onChange={(tiers) => onChange({ ...amount, tiers })}
        />
      ) : null}
      {amount.kind === 'per_money' ? (
        <FormRow name={t('loyalty.per_money', { currency: format.currency })}>
          <MoneyInput
            suffix={null}
            aria-label={t('loyalty.per_money', { currency: format.currency })}
            min={1}
            value={amount.per_minor ?? unit}
            onChange={(per_minor) => onChange({ ...amount, per_minor })}
          />
          {rounding}
        </FormRow>
      ) : null}
    </>
  );
}
