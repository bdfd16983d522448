import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';

/**
 * How many people are in exactly which of the segments: one row a combination, the largest first
 * (after Lex et al., UpSet, 2014).
 */
export function OverlapTable({ ids }: { ids: readonly string[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({
    queryKey: ['segment-overlap', ids],
    queryFn: () => must(api.POST('/v1/segments/overlap', { body: { segments: [...ids] } })),
  });
  return (
    <Section title={t('segment.overlap')}>
      <Loaded query={query}>
        {({ segments, rows }) => {
          const most = Math.max(1, ...rows.map((row) => row.people));
          return (
            <div className="scroll-x">
              <table className="plain bars">
                <thead>
                  <tr>
                    {segments.map((one) => (
                      <th key={one.id} className="num">
                        {one.name} ({format.count(one.people)})
                      </th>
                    ))}
                    <th className="num">{t('segment.exactly')}</th>
                    <th />
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <tr key={row.in.join()}>
                      {segments.map((one) => (
                        <td key={one.id} className="num">
                          {row.in.includes(one.id) ? (
                            <span title={t('segment.inside')}>●</span>
                          ) : (
                            <span className="quiet" title={t('segment.outside')}>
                              ○
                            </span>
                          )}
                        </td>
                      ))}
                      <td className="num">{format.count(row.people)}</td>
                      <td className="bar" aria-hidden>
                        <span
                          className="bar-fill"
                          style={{ width: `${(100 * row.people) / most}%` }}
                        />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          );
        }}
      </Loaded>
    </Section>
  );
}
