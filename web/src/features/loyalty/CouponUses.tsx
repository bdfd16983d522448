import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { CouponBatch, Programme } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { MemberLink } from './MemberLink';
import { Pages } from './Pages';

const kPage = 20;

/** Who used codes of a batch, newest first. */
export function CouponUses({ programme, batch }: { programme: Programme; batch: CouponBatch }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const [page, setPage] = useState(1);
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'coupons', batch.id, page],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/coupons/{batch}/uses', {
          params: {
            path: { programme: programme.id, batch: batch.id },
            query: { limit: kPage, offset: (page - 1) * kPage },
          },
        }),
      ),
  });
  return (
    <Loaded query={query} rows={3}>
      {({ total, uses }) =>
        total === 0 ? (
          <p className="quiet">{t('coupon.no_uses')}</p>
        ) : (
          <div className="scroll-x">
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('loyalty.at')}</th>
                  <th>{t('coupon.code')}</th>
                  <th>{t('coupon.person')}</th>
                  <th>{t('coupon.order')}</th>
                  <th className="num">{t('coupon.cart')}</th>
                  <th className="num">{t('coupon.discount')}</th>
                  <th>{t('coupon.state')}</th>
                </tr>
              </thead>
              <tbody>
                {uses.map((use) => (
                  <tr key={use.id}>
                    <td className="nowrap">{format.dateTime(use.at)}</td>
                    <td>{use.code}</td>
                    <td>
                      <MemberLink programme={programme.id} person={use.person} />
                    </td>
                    <td>{use.order}</td>
                    <td className="num">{format.money(use.amount_minor)}</td>
                    <td className="num">{format.money(use.discount_minor)}</td>
                    <td>{word('coupon_state', use.state)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <Pages page={page} size={kPage} total={total} onChange={setPage} />
          </div>
        )
      }
    </Loaded>
  );
}
