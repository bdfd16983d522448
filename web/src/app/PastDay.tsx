import { Trans, useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useRight, useWorkspace } from '@/shared/session';
import { useFormat } from '@/shared/use_format';

/**
 * Says that the workspace's clock stands on a day, so that nobody takes its figures for today's.
 */
export function PastDay() {
  const { t } = useTranslation();
  const { stands_on: standsOn, zone } = useWorkspace();
  const mayChange = useRight('settings.write');
  const format = useFormat();
  if (!standsOn) return null;
  return (
    <div className="past-day" role="status">
      <Trans
        t={t}
        i18nKey="header.stands_on"
        values={{ at: format.dateTime(standsOn), zone }}
        components={{ b: <b /> }}
      />{' '}
      {mayChange ? <Link to="/settings/workspace">{t('header.change')}</Link> : null}
    </div>
  );
}
