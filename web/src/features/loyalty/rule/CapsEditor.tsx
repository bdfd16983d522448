import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { LoyaltyRule, RuleCap } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { useWords } from '@/shared/use_words';
import { AddPart, Parts } from '../Parts';
import { scopeOf, withScope, type CapScope } from './rule_draft';

const kEvery = ['day', 'week', 'month', 'total'] as const;
const kScopes: readonly CapScope[] = ['person', 'everybody', 'programme', 'programme_everybody'];
const kMost = 1e12;

interface Props {
  value: LoyaltyRule;
  onChange: (rule: LoyaltyRule) => void;
}

/** The limit without `unit`, or with so many of it. */
function limited(cap: RuleCap, unit: 'points' | 'times', n: number | null): RuleCap {
  const { [unit]: _old, ...rest } = cap;
  return n === null ? rest : { ...rest, [unit]: n };
}

/** Up to how many points, or how often, in which time, and whom a limit counts together. */
export function CapsEditor({ value, onChange }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const caps = value.caps ?? [];
  const put = (next: RuleCap[]) => onChange({ ...value, caps: next });
  return (
    <Parts
      at="caps"
      values={caps}
      onChange={put}
      removeLabel={(i) => t('rule_form.remove_cap', { n: i + 1 })}
      add={
        <AddPart
          name={t('rule_form.cap')}
          onClick={() => put([...caps, { points: 100, every: 'day' }])}
        />
      }
    >
      {(cap, set, i) => (
        <>
          <span>{t('loyalty.cap')}</span>
          {(['points', 'times'] as const).map((unit) => (
            <NumberInput
              key={unit}
              aria-label={t(`rule_form.cap_${unit}`, { n: i + 1 })}
              min={0}
              max={kMost}
              precision={0}
              style={{ width: 112 }}
              placeholder={t('rule_form.any_number')}
              suffix={t(unit === 'points' ? 'rule_form.points_unit' : 'rule_form.times')}
              value={cap[unit] ?? null}
              onChange={(n) => set(limited(cap, unit, n))}
            />
          ))}
          <Select
            aria-label={t('rule_form.cap_every', { n: i + 1 })}
            value={cap.every ?? 'total'}
            onChange={(every) => set({ ...cap, every })}
            options={kEvery.map((every) => ({ value: every, label: word('cap_every', every) }))}
            style={{ minWidth: 100 }}
          />
          <Select<CapScope>
            aria-label={t('rule_form.cap_of', { n: i + 1 })}
            popupMatchSelectWidth={false}
            value={scopeOf(cap)}
            onChange={(scope) => set(withScope(cap, scope))}
            options={kScopes.map((scope) => ({ value: scope, label: word('cap_scope', scope) }))}
          />
        </>
      )}
    </Parts>
  );
}
