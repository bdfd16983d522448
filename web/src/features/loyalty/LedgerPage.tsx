import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { useAddress } from '@/shared/use_address';
import { ForProgramme } from './ForProgramme';
import { Filters } from './ledger/Filters';
import { PostingRow } from './ledger/PostingRow';
import { addressOf, csvOf, searchOf } from './ledger/search';

const kPage = 50;

function Body({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const address = useAddress();
  const search = searchOf(address.params);
  const query = useInfiniteQuery({
    queryKey: ['loyalty', programme.id, 'postings', search],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/postings', {
          params: {
            path: { programme: programme.id },
            query: { ...search, limit: kPage, ...(pageParam ? { after: pageParam } : {}) },
          },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  return (
    <>
      <Filters
        key={JSON.stringify(search)}
        programme={programme}
        actors={query.data?.pages[0]?.actors ?? []}
        begin={search}
        search={(next) => address.change(addressOf(next))}
      />
      <Loaded query={query}>
        {({ pages }) => {
          const rows = pages.flatMap(({ postings }) => postings);
          if (rows.length === 0)
            return <Empty title={t('ledger.none')} hint={t('ledger.none_hint')} />;
          return (
            <>
              <div className="scroll-x" tabIndex={0}>
                <table className="plain">
                  <thead>
                    <tr>
                      <th>{t('loyalty.at')}</th>
                      <th>{t('coupon.person')}</th>
                      <th>{t('loyalty.what')}</th>
                      <th>{t('loyalty.debit_credit')}</th>
                      <th className="num">{t('loyalty.points')}</th>
                      <th>{t('loyalty.why')}</th>
                      <th>{t('ledger.entries')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((one) => (
                      <PostingRow
                        key={`${one.entry} ${one.person} ${one.line}`}
                        programme={programme}
                        one={one}
                      />
                    ))}
                  </tbody>
                </table>
              </div>
              <div className="row" style={{ marginTop: 12 }}>
                {query.hasNextPage ? (
                  <Button
                    loading={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    {t('ledger.older')}
                  </Button>
                ) : null}
                <a href={csvOf(programme.id, search)}>{t('do.csv')}</a>
              </div>
            </>
          );
        }}
      </Loaded>
    </>
  );
}

export default function LedgerPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t('nav.ledger')} lead={t('ledger.lead')} />
      <ForProgramme>{(programme) => <Body programme={programme} />}</ForProgramme>
    </>
  );
}
