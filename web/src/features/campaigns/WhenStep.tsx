import { useQuery } from '@tanstack/react-query';
import { Alert, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { useRight } from '@/shared/session';
import type { StepProps } from './Composer';

/**
 * When and through what. Sending begins when it is confirmed; there is no other time to choose
 * yet.
 */
export function WhenStep(_: StepProps) {
  const { t } = useTranslation();
  const mayChange = useRight('settings.write');
  const query = useQuery({
    queryKey: ['email-channel'],
    queryFn: () => must(api.GET('/v1/channels/email')),
  });
  return (
    <div className="stack" style={{ maxWidth: 640 }}>
      <Radio.Group value="now">
        <Radio value="now">
          <b>{t('campaign.now')}</b> <span className="quiet">{t('campaign.now_hint')}</span>
        </Radio>
      </Radio.Group>
      <Loaded query={query} rows={2}>
        {(channel) => (
          <Alert
            showIcon
            type={channel.kind === 'outbox' ? 'warning' : 'info'}
            message={
              channel.kind === 'outbox'
                ? t('campaign.outbox')
                : t('campaign.smtp', { host: channel.host ?? '' })
            }
            description={
              <>
                <div>
                  {t('campaign.from', { name: channel.from_name, address: channel.from_address })}
                </div>
                {channel.kind === 'outbox' ? (
                  <div>{t('campaign.outbox_hint', { folder: channel.outbox ?? '' })}</div>
                ) : null}
                {mayChange ? (
                  <Link to="/settings/email">{t('campaign.change_channel')}</Link>
                ) : null}
              </>
            }
          />
        )}
      </Loaded>
    </div>
  );
}
