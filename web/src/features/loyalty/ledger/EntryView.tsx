import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { MemberLink } from '../MemberLink';

/** All postings of one entry, and that its debits and credits agree. */
export function EntryView({ programme, entry }: { programme: Programme; entry: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'entry', entry],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/entries/{entry}', {
          params: { path: { programme: programme.id, entry } },
        }),
      ),
  });
  return (
    <Loaded query={query} rows={2}>
      {(found) => (
        <>
          <table className="plain">
            <thead>
              <tr>
                <th>{t('coupon.person')}</th>
                <th>{t('ledger.debit')}</th>
                <th>{t('ledger.credit')}</th>
                <th className="num">{t('loyalty.points')}</th>
                <th className="num">{t('ledger.lot')}</th>
              </tr>
            </thead>
            <tbody>
              {found.postings.map((one) => (
                <tr key={`${one.person} ${one.line}`}>
                  <td>
                    {one.person === null ? (
                      t('ledger.programme')
                    ) : (
                      <MemberLink programme={programme.id} person={one.person} />
                    )}
                  </td>
                  <td>{word('account', one.debit)}</td>
                  <td>{word('account', one.credit)}</td>
                  <td className="num">{format.count(one.amount)}</td>
                  <td className="num">{one.lot || ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p>
            {t('ledger.sums', {
              debits: format.count(found.debits),
              credits: format.count(found.credits),
            })}{' '}
            {t(found.debits === found.credits ? 'loyalty.balances' : 'loyalty.differs')}
          </p>
          <p className="quiet">
            {t('ledger.recorded', { at: format.dateTime(found.postings[0]?.recorded_at) })}
          </p>
        </>
      )}
    </Loaded>
  );
}
