import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

const kShown = 20;
const kEveryMs = 5_000;

/** Who came and who left, newest first. */
export function ChangesTable({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const query = useQuery({
    queryKey: ['segment-changes', id],
    queryFn: () =>
      must(
        api.GET('/v1/segments/{id}/changes', {
          params: { path: { id }, query: { limit: kShown } },
        }),
      ),
    refetchInterval: kEveryMs,
  });
  return (
    <Section title={t('segment.changes')}>
      <Loaded query={query} rows={3}>
        {({ changes }) =>
          changes.length === 0 ? (
            <p className="quiet">{t('segment.no_changes')}</p>
          ) : (
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('segment.person')}</th>
                  <th>{t('segment.what')}</th>
                  <th>{t('segment.because')}</th>
                  <th className="num">{t('segment.at')}</th>
                </tr>
              </thead>
              <tbody>
                {changes.map((one) => (
                  <tr key={one.id}>
                    <td>
                      <Link to={`/customers/${one.person}`}>
                        {one.name || one.user_id || `#${one.person}`}
                      </Link>
                    </td>
                    <td>{one.entered ? t('segment.entered') : t('segment.left')}</td>
                    <td>{word('segment_reason', one.reason)}</td>
                    <td className="num">{format.dateTime(one.at, true)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Section>
  );
}
