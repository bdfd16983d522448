import { useTranslation } from 'react-i18next';
import type { LoyaltyRule } from '@/api/types';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { NumberInput } from '@/shared/NumberInput';
import { FormRow } from '../FormRow';
import { AddPart, Parts } from '../Parts';
import { EventName } from './Pickers';

interface Props {
  value: LoyaltyRule;
  onChange: (rule: LoyaltyRule) => void;
}

/** More points after so many days in a row, and how a day that was missed is made up. */
export function StreakEditor({ value, onChange }: Props) {
  const { t } = useTranslation();
  const streak = value.streak ?? [];
  const put = (part: Partial<LoyaltyRule>) => onChange({ ...value, ...part });
  const add = () => {
    const last = streak.at(-1)?.days ?? 0;
    put({ streak: [...streak, { days: last + 7, points: 20 }] });
  };
  return (
    <>
      <Parts
        at="streak"
        values={streak}
        onChange={(next) => put({ streak: next })}
        removeLabel={(i) => t('rule_form.remove_streak', { n: i + 1 })}
        add={<AddPart name={t('rule_form.streak')} onClick={add} />}
      >
        {(one, set, i) => (
          <>
            <span>{t('rule_form.streak_after')}</span>
            <NeededNumber
              aria-label={t('rule_form.streak_days', { n: i + 1 })}
              min={1}
              max={3_660}
              precision={0}
              style={{ width: 80 }}
              value={one.days ?? null}
              onChange={(days) => set({ ...one, days })}
            />
            <span>{t('rule_form.streak_gives')}</span>
            <NeededNumber
              aria-label={t('rule_form.streak_points', { n: i + 1 })}
              min={0}
              precision={0}
              style={{ width: 90 }}
              value={one.points ?? 0}
              onChange={(points) => set({ ...one, points })}
            />
            <span>{t('rule_form.points_unit')}</span>
          </>
        )}
      </Parts>
      {streak.length > 0 ? (
        <div style={{ marginTop: 10 }}>
          <FormRow name={t('rule_form.streak_cycle')} at="streak_cycle">
            <NumberInput
              aria-label={t('rule_form.streak_cycle')}
              min={1}
              max={3_660}
              precision={0}
              placeholder={t('rule_form.no_cycle')}
              value={value.streak_cycle || null}
              onChange={(days) => put({ streak_cycle: days ?? 0 })}
            />
          </FormRow>
          <FormRow
            name={t('rule_form.makeup_event')}
            at="makeup_event"
            hint={t('rule_form.makeup_hint')}
          >
            <EventName
              label={t('rule_form.makeup_event')}
              value={value.makeup_event ?? ''}
              onChange={(makeup_event) => put({ makeup_event })}
            />
          </FormRow>
          {value.makeup_event ? (
            <FormRow name={t('rule_form.makeups_per_month')}>
              <NeededNumber
                aria-label={t('rule_form.makeups_per_month')}
                min={0}
                max={31}
                precision={0}
                value={value.makeups_per_month ?? 0}
                onChange={(makeups_per_month) => put({ makeups_per_month })}
              />
            </FormRow>
          ) : null}
        </div>
      ) : null}
    </>
  );
}
