import { useInfiniteQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import { ProblemView } from '@/shared/ProblemView';
import { MoreButton } from '@/shared/MoreButton';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** Right of the file: what was sent, what was not, and why. */
export function Messages({ id }: { id: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const query = useInfiniteQuery({
    queryKey: ['timeline', id, 'message'],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      must(
        api.GET('/v1/customers/{person_id}/timeline', {
          params: {
            path: { person_id: id },
            query: { kinds: 'message', ...(pageParam ? { before: pageParam } : {}) },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_before ?? undefined,
  });
  if (query.isError) return <ProblemView error={query.error} retry={() => void query.refetch()} />;
  if (query.isPending) return <Skeleton active />;
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <p className="quiet">{t('customer.messages_none')}</p>;
  return (
    <>
      <table className="plain">
        <tbody>
          {items.map(({ at, title, message }, i) => (
            <tr key={i}>
              <td>
                {title}
                <div className="small">
                  {message?.campaign_id ? (
                    <Link to={`/campaigns/${message.campaign_id}`}>{message.campaign}</Link>
                  ) : null}
                </div>
              </td>
              <td>
                {word('verdict', message?.verdict ?? '')}
                {message?.reason ? (
                  <div className="quiet small">{word('send_reason', message.reason)}</div>
                ) : null}
              </td>
              <td className="quiet nowrap">{format.day(at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <MoreButton query={query}>{t('customer.earlier')}</MoreButton>
    </>
  );
}
