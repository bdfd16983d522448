import { useInfiniteQuery } from '@tanstack/react-query';
import { Checkbox, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { ProblemView } from '@/shared/ProblemView';
import { kHues } from '@/shared/colors';
import { useThemeName } from '@/shared/theme_choice';
import { useAddress } from '@/shared/use_address';
import { MoreButton } from '@/shared/MoreButton';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Body } from './TimelineBody';
import { useLive } from './use_live';

const kKinds = ['order', 'refund', 'event', 'message', 'note'] as const;
// Where no news come by themselves, the newest page is asked for this often.
const kAskMs = 5000;

/** Middle of the file: what happened, newest first, by kind. */
export function Timeline({ id, currency }: { id: number; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const address = useAddress();
  const theme = useThemeName();
  const kinds = address.text('kinds');
  const live = useLive(id);
  const query = useInfiniteQuery({
    queryKey: ['timeline', id, kinds],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      must(
        api.GET('/v1/customers/{person_id}/timeline', {
          params: {
            path: { person_id: id },
            query: { ...(pageParam ? { before: pageParam } : {}), ...(kinds ? { kinds } : {}) },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_before ?? undefined,
    refetchInterval: ({ state }) =>
      live || (state.data && state.data.pages.length > 1) ? false : kAskMs,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const color: Record<string, string | undefined> = {
    order: kHues[theme][0],
    refund: kHues[theme][5],
    event: kHues[theme][1],
    message: kHues[theme][2],
    note: kHues[theme][3],
  };
  return (
    <section aria-label={t('customer.timeline')}>
      <div className="section-head">
        <h2>{t('customer.timeline')}</h2>
        {live ? (
          <span className="quiet small" data-live="yes">
            {t('customer.live')}
          </span>
        ) : null}
        <span className="grow" />
        <Checkbox.Group
          value={kinds ? kinds.split(',') : [...kKinds]}
          onChange={(values) =>
            address.change({
              kinds:
                values.length === 0 || values.length === kKinds.length ? null : values.join(','),
            })
          }
          options={kKinds.map((value) => ({ value, label: word('timeline_kind', value) }))}
        />
      </div>
      {query.isError ? (
        <ProblemView error={query.error} retry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Skeleton active /> : null}
      {query.isSuccess && items.length === 0 ? (
        <p className="quiet">{t('customer.timeline_empty')}</p>
      ) : null}
      <ol className="timeline">
        {items.map((item, i) => (
          <li key={i}>
            <time dateTime={item.at}>{format.dateTime(item.at)}</time>
            <span className="stage-dot" style={{ background: color[item.kind] }} />
            <Body item={item} currency={currency} />
          </li>
        ))}
      </ol>
      <MoreButton query={query}>{t('customer.earlier')}</MoreButton>
    </section>
  );
}
