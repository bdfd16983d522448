import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { RecommendedItem } from '@/api/value_types';
import { Mark } from '@/shared/Mark';
import { useFormat } from '@/shared/use_format';
import { useGroupName } from '@/shared/use_group_name';
import { useWords } from '@/shared/use_words';

const kShown = 5;

/** Words for why: some reasons are told in full only where the asker may see of what. */
function reasonKey({ kind, interest, stated, group }: RecommendedItem['reason']) {
  if (kind === 'interest' && !interest) return 'recommend.reason_interest_hidden' as const;
  if (kind === 'interest' && stated) return 'recommend.reason_interest_stated' as const;
  if (kind === 'popular_in_place' && !group) {
    return 'recommend.reason_popular_in_their_place' as const;
  }
  return `recommend.reason_${kind}` as const;
}

/** What this customer may want next, each with its reason; nothing before it was learned. */
export function Recommended({ id }: { id: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const groupName = useGroupName();
  const word = useWords();
  const { data } = useQuery({
    queryKey: ['customer', id, 'recommended'],
    queryFn: () =>
      must(
        api.GET('/v1/value/recommendations/people/{person_id}', {
          params: { path: { person_id: id }, query: { limit: kShown } },
        }),
      ),
  });
  if (!data?.way) return null;
  const because = ({ reason }: RecommendedItem) =>
    t(reasonKey(reason), {
      item: reason.item?.name || reason.item?.id,
      group: groupName(reason.group ?? ''),
      interest: reason.interest,
    });
  return (
    <section style={{ marginTop: 20 }}>
      <h2 style={{ marginBottom: 6 }}>{t('recommend.file')}</h2>
      {data.items.length === 0 ? <p className="quiet">{t('recommend.file_none')}</p> : null}
      <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {data.items.map((item) => (
          <li key={item.id} style={{ marginBottom: 8 }}>
            {item.name || item.id}
            {item.price_minor === null ? null : (
              <span className="quiet">
                {' '}
                · {format.money(item.price_minor, { currency: data.currency })}
              </span>
            )}
            <div className="quiet small">
              <Mark>{word('recommend_source', item.source)}</Mark> {because(item)}
            </div>
          </li>
        ))}
      </ul>
      {data.recently_viewed.length ? (
        <>
          <h3>{t('recommend.viewed')}</h3>
          <p className="quiet small">
            {data.recently_viewed.map((item) => item.name || item.id).join(' · ')}
          </p>
        </>
      ) : null}
    </section>
  );
}
