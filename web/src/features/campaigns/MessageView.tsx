import { useTranslation } from 'react-i18next';
import type { Campaign } from '@/api/types';

/** The message as it was written, fields unfilled. */
export function MessageView({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  return (
    <div className="grid2">
      <div className="mail">
        <header>
          <b>{campaign.subject}</b>
        </header>
        <pre>{campaign.text}</pre>
      </div>
      {campaign.html ? (
        <div className="mail">
          <header>{t('campaign.html')}</header>
          <iframe title={t('campaign.html')} sandbox="" srcDoc={campaign.html} />
        </div>
      ) : null}
    </div>
  );
}
