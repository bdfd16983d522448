import { Input, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { LoyaltyRule } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { useWords } from '@/shared/use_words';
import { FormRow } from './FormRow';
import { RuleAmount } from './RuleAmount';

const kEvery = ['day', 'week', 'month', 'total'] as const;

interface Props {
  value: LoyaltyRule;
  onChange: (rule: LoyaltyRule) => void;
}

/** What of a rule changes most; its other parts (conditions, streaks, tasks) stay as they are. */
export function RuleForm({ value, onChange }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const set = (part: Partial<LoyaltyRule>) => onChange({ ...value, ...part });
  const [cap, ...caps] = value.caps ?? [];
  const birthday = value.multipliers?.find(({ kind }) => kind === 'birthday_month');
  return (
    <div className="builder">
      <FormRow name={t('proof.name')}>
        <Input
          aria-label={t('proof.name')}
          maxLength={100}
          value={value.name}
          onChange={({ target }) => set({ name: target.value })}
          style={{ maxWidth: 340 }}
        />
      </FormRow>
      <FormRow name={t('loyalty.enabled')}>
        <Switch
          aria-label={t('loyalty.enabled')}
          checked={value.enabled}
          onChange={(enabled) => set({ enabled })}
        />
      </FormRow>
      <RuleAmount amount={value.amount} onChange={(amount) => set({ amount })} />
      {birthday ? (
        <FormRow name={t('loyalty.birthday_percent')}>
          <NumberInput
            aria-label={t('loyalty.birthday_percent')}
            min={0}
            precision={0}
            value={birthday.percent ?? 100}
            onChange={(next) =>
              set({
                multipliers: (value.multipliers ?? []).map((one) =>
                  one === birthday ? { ...one, percent: next ?? 100 } : one,
                ),
              })
            }
          />
        </FormRow>
      ) : null}
      <FormRow name={t('loyalty.cap')}>
        <NumberInput
          aria-label={t('loyalty.cap')}
          min={0}
          precision={0}
          placeholder={t('loyalty.no_cap')}
          value={cap?.points ?? null}
          onChange={(points) => {
            const { points: _gone, ...rest } = cap ?? { every: 'month' as const };
            const next = points === null ? rest : { ...rest, points };
            const empty = next.times === undefined && points === null;
            set({ caps: empty ? caps : [next, ...caps] });
          }}
        />
        <Select
          aria-label={t('loyalty.cap_every')}
          disabled={!cap}
          value={cap?.every ?? 'month'}
          onChange={(every) => set({ caps: [{ ...cap, every }, ...caps] })}
          options={kEvery.map((every) => ({ value: every, label: word('cap_every', every) }))}
          style={{ minWidth: 140 }}
        />
        <Select
          aria-label={t('loyalty.cap_of')}
          disabled={!cap}
          value={cap?.everybody ? 'everybody' : 'person'}
          onChange={(of) => set({ caps: [{ ...cap, everybody: of === 'everybody' }, ...caps] })}
          options={(['person', 'everybody'] as const).map((of) => ({
            value: of,
            label: t(`loyalty.cap_${of}`),
          }))}
          style={{ minWidth: 180 }}
        />
      </FormRow>
      <FormRow name={t('loyalty.delay_days')}>
        <NumberInput
          aria-label={t('loyalty.delay_days')}
          min={0}
          max={3650}
          precision={0}
          placeholder={t('loyalty.delay_preset')}
          value={value.delay_days ?? null}
          onChange={(next) => set({ delay_days: next })}
        />
      </FormRow>
    </div>
  );
}
