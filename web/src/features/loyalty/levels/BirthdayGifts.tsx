import { useQuery } from '@tanstack/react-query';
import { Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { LoyaltyLevel, Programme } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { useWords } from '@/shared/use_words';
import { FormRow } from '../FormRow';
import { giftOf, kGiftKinds, withGift, withKind, type BirthdayGift } from './birthday_gift';

interface Props {
  programme: Programme;
  levels: readonly LoyaltyLevel[];
  change: (levels: LoyaltyLevel[]) => void;
}

/** What the levels whose privileges have a birthday gift give, and to whom. */
export function BirthdayGifts({ programme, levels, change }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const params = { path: { programme: programme.id } };
  const some = levels.some((level) => giftOf(level));
  const coupons = useQuery({
    queryKey: ['loyalty', programme.id, 'coupons'],
    queryFn: () => must(api.GET('/v1/loyalty/programmes/{programme}/coupons', { params })),
    enabled: some,
  });
  const rewards = useQuery({
    queryKey: ['loyalty', programme.id, 'rewards'],
    queryFn: () => must(api.GET('/v1/loyalty/programmes/{programme}/rewards', { params })),
    enabled: some,
  });
  if (!some) return null;
  const put = (level: LoyaltyLevel, gift: BirthdayGift) =>
    change(levels.map((one) => (one.code === level.code ? withGift(level, gift) : one)));
  const things = { coupon: coupons.data?.batches, reward: rewards.data?.rewards };
  const row = (level: LoyaltyLevel, gift: BirthdayGift) => (
    <FormRow key={level.code} name={level.name || level.code}>
      <Select
        aria-label={t('birthday_gift.kind_of', { level: level.name })}
        value={gift.kind}
        onChange={(kind) => put(level, withKind(gift, kind))}
        options={kGiftKinds.map((value) => ({ value, label: word('gift_kind', value) }))}
        style={{ minWidth: 160 }}
      />
      {gift.kind === 'points' ? (
        <>
          <NumberInput
            aria-label={t('birthday_gift.points_of', { level: level.name })}
            min={1}
            precision={0}
            suffix={t('loyalty.points')}
            style={{ width: 150 }}
            value={gift.points ?? null}
            onChange={(points) => put(level, { ...gift, points: points ?? 1 })}
          />
          <NumberInput
            aria-label={t('birthday_gift.days_of', { level: level.name })}
            min={0}
            precision={0}
            placeholder={t('birthday_gift.days')}
            suffix={gift.expires_in_days ? t('birthday_gift.unit') : null}
            style={{ width: 170 }}
            value={gift.expires_in_days || null}
            onChange={(days) => put(level, { ...gift, expires_in_days: days ?? 0 })}
          />
        </>
      ) : null}
      {gift.kind === 'coupon' || gift.kind === 'reward' ? (
        <Select
          aria-label={t('birthday_gift.thing_of', { level: level.name })}
          placeholder={word('gift_kind', gift.kind)}
          value={(gift.kind === 'coupon' ? gift.batch : gift.reward) ?? null}
          onChange={(id) =>
            put(level, { ...gift, ...(gift.kind === 'coupon' ? { batch: id } : { reward: id }) })
          }
          options={(things[gift.kind] ?? []).map(({ id, name }) => ({
            value: id ?? '',
            label: name,
          }))}
          style={{ minWidth: 200 }}
        />
      ) : null}
      {gift.kind === 'shop' ? null : (
        <Switch
          aria-label={t('birthday_gift.late_of', { level: level.name })}
          checked={gift.late ?? false}
          onChange={(late) => put(level, { ...gift, late })}
          checkedChildren={t('birthday_gift.late')}
          unCheckedChildren={t('birthday_gift.in_time')}
        />
      )}
    </FormRow>
  );
  return (
    <div style={{ marginTop: 16 }}>
      <h3>{t('birthday_gift.title')}</h3>
      <p className="quiet small">{t('birthday_gift.lead', { zone: programme.zone })}</p>
      {levels.map((level) => {
        const gift = giftOf(level);
        return gift ? row(level, gift) : null;
      })}
    </div>
  );
}
