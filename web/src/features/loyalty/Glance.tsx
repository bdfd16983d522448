import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { useFormat } from '@/shared/use_format';

/** Outstanding points, what they may cost, and what became of those that were earned. */
export function Glance({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'liability', ''],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/liability', {
          params: { path: { programme: programme.id } },
        }),
      ),
  });
  return (
    <Loaded query={query} rows={2}>
      {(all) => {
        const sum = (of: 'earned' | 'used' | 'expired') =>
          all.cohorts.reduce((total, cohort) => total + (cohort[of] ?? 0), 0);
        const figures: [string, string][] = [
          [t('loyalty.outstanding'), format.count(all.outstanding)],
          [
            t('loyalty.liability'),
            format.money(all.liability_minor, { whole: true, currency: all.money ?? '' }),
          ],
          [t('loyalty.earned'), format.count(sum('earned'))],
          [t('loyalty.used'), format.count(sum('used'))],
          [t('loyalty.expired'), format.count(sum('expired'))],
        ];
        return (
          <div className="row" style={{ flexWrap: 'wrap', gap: '16px 48px', marginBottom: 20 }}>
            {figures.map(([name, value]) => (
              <div key={name}>
                <div className="quiet">{name}</div>
                <div className="figure mid">{value}</div>
              </div>
            ))}
            <Link to={`/loyalty/finance?programme=${programme.id}`}>
              {t('nav.loyalty_finance')}
            </Link>
          </div>
        );
      }}
    </Loaded>
  );
}
