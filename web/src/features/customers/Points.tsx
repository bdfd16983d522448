import { Skeleton } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { useMemberships } from './use_memberships';

const kLines = 10;

interface LinesProps {
  programme: string;
  person: number;
  currency: string;
}

/** The newest postings, each with what could be spent after it. */
function Lines({ programme, person, currency }: LinesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const query = useQuery({
    queryKey: ['loyalty', programme, 'statement', person, currency, 'newest'],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/people/{person}/statement', {
          params: { path: { programme, person }, query: { currency, limit: kLines } },
        }),
      ),
  });
  return (
    <Loaded query={query}>
      {({ lines, total }) => (
        <>
          <table className="plain">
            <tbody>
              {lines.map((line, i) => (
                <tr key={`${line.entry} ${i}`}>
                  <td>
                    {word('posting_kind', line.kind ?? '')}
                    <div className="quiet small">
                      {[word('own_rule', line.rule ?? ''), line.order || line.event, line.reason]
                        .filter(Boolean)
                        .join(' · ')}
                    </div>
                  </td>
                  <td className="quiet nowrap">{format.day(line.at)}</td>
                  <td className="num">{format.count(line.amount)}</td>
                  <td className="num quiet" title={t('loyalty.available')}>
                    {format.count(line.available)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {total > kLines ? (
            <Link to={`/loyalty/people/${person}?programme=${programme}`}>
              {t('customer.points_all', { n: format.count(total) })}
            </Link>
          ) : null}
        </>
      )}
    </Loaded>
  );
}

/** Right of the file: what the customer has in each programme, and how it came. */
export function Points({ id }: { id: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { memberships, pending, error, retry } = useMemberships(id);
  if (error) return <ProblemView error={error} retry={retry} />;
  if (pending) return <Skeleton active />;
  const shown = memberships.flatMap(({ programme, member }) =>
    member.balances.map((balance) => ({ programme, balance })),
  );
  if (shown.length === 0) return <p className="quiet">{t('customer.points_none')}</p>;
  return (
    <div className="stack">
      {shown.map(({ programme, balance }) => (
        <section key={`${programme.id} ${balance.currency}`}>
          <div>
            <span className="quiet">
              {programme.name} · {balance.name || balance.currency}
            </span>{' '}
            <b>{format.count(balance.balance)}</b>
          </div>
          <Lines programme={programme.id} person={id} currency={balance.currency} />
        </section>
      ))}
    </div>
  );
}
