import { useTranslation } from 'react-i18next';
import type { RuleTier } from '@/api/types';
import { MoneyInput } from '@/shared/form/MoneyInput';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { minorDigits } from '@/shared/format';
import { useFormat } from '@/shared/use_format';
import { AddPart, Parts } from '../Parts';

interface Props {
  at: string;
  values: RuleTier[];
  onChange: (tiers: RuleTier[]) => void;
}

/** Points that rise with the amount: the last tier that is reached counts for all of it. */
export function TiersEditor({ at, values, onChange }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const unit = 10 ** minorDigits(format.currency);
  const one = () => {
    const last = values.at(-1);
    onChange([...values, { ...last, from_minor: last ? (last.from_minor ?? 0) + 100 * unit : 0 }]);
  };
  return (
    <Parts
      at={at}
      values={values}
      onChange={onChange}
      removeLabel={(i) => t('rule_form.remove_tier', { n: i + 1 })}
      add={<AddPart name={t('rule_form.tier')} onClick={one} />}
    >
      {(tier, put, i) => (
        <>
          <span>{t('rule_form.tier_from', { currency: format.currency })}</span>
          <MoneyInput
            suffix={null}
            style={{ width: 100 }}
            aria-label={t('rule_form.tier_from_of', { n: i + 1 })}
            value={tier.from_minor ?? 0}
            onChange={(from_minor) => put({ ...tier, from_minor })}
          />
          <NeededNumber
            aria-label={t('rule_form.tier_points_of', { n: i + 1 })}
            min={0}
            precision={0}
            style={{ width: 90 }}
            value={tier.points ?? 0}
            onChange={(points) => put({ ...tier, points })}
          />
          <span>{t('rule_form.tier_per', { currency: format.currency })}</span>
          <MoneyInput
            suffix={null}
            style={{ width: 100 }}
            aria-label={t('rule_form.tier_per_of', { n: i + 1 })}
            min={1}
            none={t('rule_form.tier_once')}
            value={tier.per_minor}
            onChange={(per_minor) => {
              const { per_minor: _gone, ...rest } = tier;
              put(per_minor ? { ...rest, per_minor } : rest);
            }}
          />
        </>
      )}
    </Parts>
  );
}
