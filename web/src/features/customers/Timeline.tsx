import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Checkbox, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { TimelineItem } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { kHues } from '@/shared/colors';
import { useThemeName } from '@/shared/theme_choice';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

const kKinds = ['order', 'refund', 'event', 'message'] as const;

function Body({ item, currency }: { item: TimelineItem; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const [open, setOpen] = useState(false);
  if (item.order) {
    const { total_minor: total, lines, quantity, currency: own } = item.order;
    return (
      <div>
        <b>{word('timeline_kind', item.kind)}</b> {item.title} ·{' '}
        <b>{format.money(total, { currency: own || currency })}</b>{' '}
        <span className="quiet">
          {t('customer.lines', {
            lines: format.count(lines),
            quantity: format.count(Math.abs(quantity)),
          })}
        </span>
      </div>
    );
  }
  if (item.message) {
    return (
      <div>
        <b>{word('timeline_kind', 'message')}</b> {item.title}{' '}
        <span className="quiet">
          {word('verdict', item.message.verdict ?? '')}
          {item.message.campaign_id ? (
            <>
              {' '}
              · <Link to={`/campaigns/${item.message.campaign_id}`}>{item.message.campaign}</Link>
            </>
          ) : null}
        </span>
      </div>
    );
  }
  const properties = item.event?.properties;
  const has = properties && Object.keys(properties).length > 0;
  return (
    <div>
      {item.event?.name || word('event_type', item.event?.type ?? item.title)}{' '}
      {has ? (
        <Button type="link" size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t('do.less') : t('do.more')}
        </Button>
      ) : null}
      {open ? (
        <pre style={{ margin: '6px 0 0', whiteSpace: 'pre-wrap' }}>
          {JSON.stringify(properties, null, 2)}
        </pre>
      ) : null}
    </div>
  );
}

/** Middle of the file: what happened, newest first, by kind. */
export function Timeline({ id, currency }: { id: number; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const address = useAddress();
  const theme = useThemeName();
  const kinds = address.text('kinds');
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
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const color: Record<string, string | undefined> = {
    order: kHues[theme][0],
    refund: kHues[theme][5],
    event: kHues[theme][1],
    message: kHues[theme][2],
  };
  return (
    <section aria-label={t('customer.timeline')}>
      <div className="section-head">
        <h2>{t('customer.timeline')}</h2>
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
      {query.hasNextPage ? (
        <Button
          style={{ marginTop: 12 }}
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('customer.earlier')}
        </Button>
      ) : null}
    </section>
  );
}
