import { Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Programme, ReferralTerms } from '@/api/types';
import { FormRow } from './FormRow';
import { RuleAmount } from './RuleAmount';
import { useBatchOptions } from './use_batches';

type Reward = NonNullable<ReferralTerms['referrer']>;

interface Props {
  programme: Programme;
  /** Its place among the terms. */
  at: string;
  name: string;
  reward: Reward;
  change: (reward: Reward) => void;
}

/** What one side gets: points, a coupon, or both. */
export function ReferralReward({ programme, at, name, reward, change }: Props) {
  const { t } = useTranslation();
  const options = useBatchOptions(programme.id);
  return (
    <fieldset style={{ border: 0, padding: 0, margin: '16px 0' }}>
      <legend style={{ fontWeight: 600, marginBottom: 8 }}>{name}</legend>
      <FormRow name={t('referral.points')}>
        <Switch
          aria-label={`${name}: ${t('referral.points')}`}
          checked={Boolean(reward.points)}
          onChange={(on) =>
            change({ ...reward, points: on ? { kind: 'fixed', points: 100 } : null })
          }
        />
      </FormRow>
      {reward.points ? (
        <RuleAmount
          at={`${at}.points`}
          amount={reward.points}
          onChange={(points) => change({ ...reward, points })}
        />
      ) : null}
      <FormRow name={t('referral.coupon')} at={`${at}.batch`}>
        <Select
          aria-label={`${name}: ${t('referral.coupon')}`}
          value={reward.batch ?? ''}
          onChange={(batch) => change({ ...reward, batch })}
          options={[{ value: '', label: t('referral.no_coupon') }, ...options]}
          style={{ minWidth: 220 }}
        />
      </FormRow>
    </fieldset>
  );
}
