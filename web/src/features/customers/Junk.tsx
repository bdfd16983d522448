import { useTranslation } from 'react-i18next';
import type { IdentityReview } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** Values that were sent as ids and name nobody. */
export function Junk({ junk }: { junk: IdentityReview['junk'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  if (junk.length === 0) return <p className="quiet">{t('identity.junk_none')}</p>;
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>{t('identity.junk_value')}</th>
          <th>{t('identity.junk_kind')}</th>
          <th className="num">{t('identity.junk_events')}</th>
          <th>{t('identity.source')}</th>
          <th>{t('identity.junk_last')}</th>
        </tr>
      </thead>
      <tbody>
        {junk.map((one) => (
          <tr key={one.kind + one.value}>
            <td>
              <code>{one.value}</code>
            </td>
            <td>{word('identity', one.kind)}</td>
            <td className="num">{format.count(one.events)}</td>
            <td className="quiet">{one.source}</td>
            <td className="quiet nowrap">{format.dateTime(one.last_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
