import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { AudienceCount, CampaignDraft } from '@/api/types';
import { useFormat } from '@/shared/use_format';

/** What the number of people can show, before anything is sent. */
export function Power({ count, draft }: { count: AudienceCount; draft: CampaignDraft }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (draft.hold_out_percent === 0)
    return (
      <Alert
        type="warning"
        showIcon
        message={t('campaign.no_hold_out')}
        description={t('campaign.no_hold_out_hint')}
      />
    );
  const smallest = count.minimum_detectable_difference;
  if (smallest === null)
    return (
      <Alert
        type="warning"
        showIcon
        message={t('campaign.power_unknown')}
        description={t('campaign.power_more')}
      />
    );
  const base = count.base_rate ?? null;
  const weak = smallest > 0.05;
  return (
    <Alert
      type={weak ? 'warning' : 'info'}
      showIcon
      message={t('campaign.power', { points: format.points(smallest).replace('+', '') })}
      description={
        <>
          {base === null ? null : (
            <div>{t('campaign.power_base', { rate: format.percent(base) })}</div>
          )}
          {weak ? <div>{t('campaign.power_more')}</div> : null}
        </>
      }
    />
  );
}
