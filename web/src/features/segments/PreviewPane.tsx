import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { SegmentDefinition } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { customersPath } from '@/shared/set_words';
import { useFormat } from '@/shared/use_format';
import { isWhole } from './rule';
import { useSettled } from './use_settled';

/** How many people the rule holds while it is written, and some of them. */
export function PreviewPane({ definition }: { definition: SegmentDefinition }) {
  const { t } = useTranslation();
  const format = useFormat();
  const settled = useSettled(definition);
  const universe = settled.universe;
  const whole = isWhole(settled.rule) && (typeof universe === 'string' || universe.segment !== '');
  const query = useQuery({
    queryKey: ['segment-preview', settled],
    queryFn: () => must(api.POST('/v1/segments/preview', { body: { ...settled, sample: 8 } })),
    enabled: whole,
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (!whole) return <p className="quiet">{t('segment.incomplete')}</p>;
  const data = query.data;
  return (
    <div aria-live="polite">
      {query.isError ? <ProblemView error={query.error} /> : null}
      {data ? (
        <>
          <div className="figure">
            <Link to={customersPath(data.set)}>{format.count(data.people)}</Link>
          </div>
          <p className="quiet">
            {t('segment.of_everyone', {
              share: format.percent(data.of ? data.people / data.of : 0),
              n: format.count(data.of),
              ms: format.count(data.milliseconds),
            })}
          </p>
          {data.sample.length > 0 ? (
            <>
              <h3>{t('segment.sample')}</h3>
              <ul className="reason">
                {data.sample.map(({ id, name, user_id: user }) => (
                  <li key={id}>
                    <Link to={`/customers/${id}`}>{name || user || `#${id}`}</Link>
                  </li>
                ))}
              </ul>
            </>
          ) : null}
        </>
      ) : null}
    </div>
  );
}
