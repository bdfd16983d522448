import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Pagination } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { usePaging } from '@/shared/use_paging';
import { useWords } from '@/shared/use_words';

const kPage = 25;

interface Props {
  programme: Programme;
  person: number;
  currency: string;
}

/** Every posting of a person, newest first, with the balance after it. */
export function StatementTable({ programme, person, currency }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const address = useAddress();
  const paging = usePaging();
  const page = address.number('page', 1);
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'statement', person, currency, page],
    placeholderData: keepPreviousData,
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/people/{person}/statement', {
          params: {
            path: { programme: programme.id, person },
            query: { currency, limit: kPage, offset: (page - 1) * kPage },
          },
        }),
      ),
  });
  return (
    <Loaded query={query}>
      {(found) =>
        found.total === 0 ? (
          <Empty title={t('loyalty.no_postings')} />
        ) : (
          <>
            <div className="scroll-x">
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t('loyalty.at')}</th>
                    <th>{t('loyalty.what')}</th>
                    <th>{t('loyalty.debit_credit')}</th>
                    <th className="num">{t('loyalty.points')}</th>
                    <th className="num">{t('loyalty.available')}</th>
                    <th style={{ paddingLeft: 24 }}>{t('loyalty.why')}</th>
                  </tr>
                </thead>
                <tbody>
                  {found.lines.map((line, i) => (
                    <tr key={`${line.entry} ${i}`}>
                      <td className="nowrap">{format.dateTime(line.at)}</td>
                      <td>{word('posting_kind', line.kind ?? '')}</td>
                      <td>
                        {word('account', line.debit ?? '')} → {word('account', line.credit ?? '')}
                      </td>
                      <td className="num">{format.count(line.amount)}</td>
                      <td className="num">{format.count(line.available)}</td>
                      <td style={{ paddingLeft: 24 }}>
                        <span className="unbroken">
                          {[
                            word('own_rule', line.rule ?? ''),
                            line.order || line.event,
                            line.reason,
                          ]
                            .filter(Boolean)
                            .join(' · ')}
                        </span>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <Pagination
              {...paging}
              current={page}
              pageSize={kPage}
              total={found.total}
              hideOnSinglePage
              onChange={(next) => address.change({ page: next === 1 ? null : next })}
              style={{ marginTop: 12 }}
            />
          </>
        )
      }
    </Loaded>
  );
}
