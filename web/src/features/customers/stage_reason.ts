// Why a person is in a stage, as a sentence.
import { useTranslation } from 'react-i18next';
import type { CustomerFile } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { useGroupName } from '@/shared/use_group_name';

type Reason = CustomerFile['stage_reason'];

export function useStageReason() {
  const { t } = useTranslation();
  const format = useFormat();
  const groupName = useGroupName();
  return (reason: Reason): string => {
    if (reason.stage === 'prospect') return t('stage_reason.prospect');
    const days = (value: number | null | undefined) =>
      format.count(value === null || value === undefined ? null : Math.round(value));
    const last = t('stage_reason.last', { count: Math.floor(reason.days_since_last_order ?? 0) });
    const rhythm =
      reason.rhythm === 'own'
        ? t('stage_reason.own', { gap: days(reason.usual_gap_days) })
        : t('stage_reason.fallback');
    const group = reason.group
      ? t('stage_reason.group_gap', {
          group: groupName(reason.group),
          gap: days(reason.group_gap_days),
        })
      : '';
    if (reason.stage === 'new') return `${last}${t('stage_reason.new')}`;
    const limit =
      reason.stage === 'churned'
        ? t('stage_reason.churned', { limit: days(reason.churned_after_days) })
        : reason.stage === 'silent'
          ? t('stage_reason.silent', {
              limit: days(reason.silent_after_days),
              churned: days(reason.churned_after_days),
            })
          : t('stage_reason.active', { limit: days(reason.silent_after_days) });
    return `${last}${rhythm}${group}${limit}`;
  };
}
