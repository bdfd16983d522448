import { useTranslation } from 'react-i18next';
import type { CustomerFile } from '@/api/types';
import type { HealthScore } from '@/api/value_types';
import { Light } from '@/shared/Light';
import { useFormat } from '@/shared/use_format';

/** What a measure that takes points off is about. */
function useHealthReason() {
  const { t } = useTranslation();
  const format = useFormat();
  return (measure: string, facts: HealthScore['facts']): string => {
    switch (measure) {
      case 'orders':
        return t('health.file_order', {
          days: format.count(facts.days_since_order),
          gap: format.count(facts.usual_gap_days),
        });
      case 'use':
        return t('health.file_use', {
          days: format.count(facts.active_days),
          usual: format.count(facts.usual_active_days, 1),
        });
      case 'support':
        return t('health.file_complaints', { count: facts.open_complaints });
      case 'satisfaction':
        return t('health.file_answer', { score: format.count(facts.answer ?? 0, 1) });
      default:
        return t('health.file_unpaid');
    }
  };
}

/** The health score with what takes most points off. */
export function HealthOf({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const reason = useHealthReason();
  const { health } = file;
  if (!health) return null;
  const lost = health.measures.filter((one) => one.lost >= 1);
  return (
    <>
      <dt>{t('health.file')}</dt>
      <dd>
        <b>{format.count(health.score, 0)}</b> <Light light={health.light} />
        {lost.map((one) => (
          <div className="quiet small" key={one.measure}>
            {reason(one.measure, health.facts)} (−{format.count(one.lost, 0)})
          </div>
        ))}
      </dd>
    </>
  );
}
