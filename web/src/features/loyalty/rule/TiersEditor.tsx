import { useTranslation } from 'react-i18next';
import type { RuleTier } from '@/api/types';
import { minorDigits } from '@/shared/format';
import { NumberInput } from '@/shared/NumberInput';
import { useFormat } from '@/shared/use_format';
import { AddPart, Parts } from '../Parts';

interface Props {
  values: RuleTier[];
  onChange: (tiers: RuleTier[]) => void;
}

/** Points that rise with the amount: the last tier that is reached counts for all of it. */
export function TiersEditor({ values, onChange }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const unit = 10 ** minorDigits(format.currency);
  const money = (minor: number | undefined) => (minor ?? 0) / unit;
  const minor = (amount: number | null) => Math.round((amount ?? 0) * unit);
  const one = () => {
    const last = values.at(-1);
    onChange([...values, { ...last, from_minor: last ? (last.from_minor ?? 0) + 100 * unit : 0 }]);
  };
  return (
    <Parts
      at="amount.tiers"
      values={values}
      onChange={onChange}
      removeLabel={(i) => t('rule_form.remove_tier', { n: i + 1 })}
      add={<AddPart name={t('rule_form.tier')} onClick={one} />}
    >
      {(tier, put, i) => (
        <>
          <span>{t('rule_form.tier_from', { currency: format.currency })}</span>
          <NumberInput
            aria-label={t('rule_form.tier_from_of', { n: i + 1 })}
            min={0}
            style={{ width: 100 }}
            value={money(tier.from_minor)}
            onChange={(next) => put({ ...tier, from_minor: minor(next) })}
          />
          <NumberInput
            aria-label={t('rule_form.tier_points_of', { n: i + 1 })}
            min={0}
            precision={0}
            style={{ width: 90 }}
            value={tier.points ?? 0}
            onChange={(points) => put({ ...tier, points: points ?? 0 })}
          />
          <span>{t('rule_form.tier_per', { currency: format.currency })}</span>
          <NumberInput
            aria-label={t('rule_form.tier_per_of', { n: i + 1 })}
            min={1 / unit}
            placeholder={t('rule_form.tier_once')}
            style={{ width: 90 }}
            value={tier.per_minor ? money(tier.per_minor) : null}
            onChange={(next) => {
              const { per_minor: _gone, ...rest } = tier;
              put(next ? { ...rest, per_minor: minor(next) } : rest);
            }}
          />
        </>
      )}
    </Parts>
  );
}
