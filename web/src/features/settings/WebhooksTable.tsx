import { useTranslation } from 'react-i18next';
import type { Webhook } from '@/api/types';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

export function WebhooksTable({ webhooks }: { webhooks: Webhook[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const { change } = useAddress();
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('webhook.name')}</th>
            <th>{t('webhook.url')}</th>
            <th>{t('webhook.events')}</th>
            <th>{t('webhook.state')}</th>
            <th className="num">{t('webhook.counts')}</th>
          </tr>
        </thead>
        <tbody>
          {webhooks.map((one) => (
            <tr key={one.id}>
              <td>
                <a
                  href={`?webhook=${one.id}`}
                  onClick={(event) => {
                    event.preventDefault();
                    change({ webhook: one.id, page: null, state: null });
                  }}
                >
                  {one.name}
                </a>
              </td>
              <td style={{ overflowWrap: 'anywhere' }}>{one.url}</td>
              <td>{one.events.join(', ')}</td>
              <td>
                {t(one.enabled ? 'webhook.on' : 'webhook.off')}
                {one.fault ? (
                  <div className="quiet small">{word('webhook_fault', one.fault)}</div>
                ) : null}
                {one.failing_since ? (
                  <div className="quiet small">
                    {t('webhook.failing', { at: format.dateTime(one.failing_since) })}
                  </div>
                ) : null}
              </td>
              <td className="num">
                {[one.waiting, one.delivered, one.given_up].map(format.count).join(' / ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
