import { useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme, ReferralTerms } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { useAddress } from '@/shared/use_address';
import { useWords } from '@/shared/use_words';
import { Pages } from './Pages';
import { ReferralsTable } from './ReferralsTable';

const kPage = 20;
const kStates = ['rewarded', 'waiting', 'refused', 'taken_back', 'expired'] as const;

/** Who brought whom, what it brought, and what was refused for which reason. */
export function Referrals({ programme, terms }: { programme: Programme; terms: ReferralTerms }) {
  const { t } = useTranslation();
  const word = useWords();
  const address = useAddress();
  const state = kStates.find((one) => one === address.text('state'));
  const referrer = address.number('referrer', 0);
  const page = address.number('page', 1);
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'referrals', state, referrer, page],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/referrals', {
          params: {
            path: { programme: programme.id },
            query: {
              ...(state ? { state } : {}),
              ...(referrer ? { referrer } : {}),
              limit: kPage,
              offset: (page - 1) * kPage,
            },
          },
        }),
      ),
  });
  return (
    <>
      <div className="row" style={{ marginBottom: 12 }}>
        <Select
          aria-label={t('referral.state')}
          value={state ?? ''}
          onChange={(next) => address.change({ state: next, page: null })}
          options={[
            { value: '', label: t('referral.all_states') },
            ...kStates.map((value) => ({
              value: value as string,
              label: word('referral_state', value),
            })),
          ]}
          style={{ minWidth: 160 }}
        />
        {referrer ? (
          <>
            <span>{t('referral.of_referrer', { id: referrer })}</span>
            <Button size="small" onClick={() => address.change({ referrer: null, page: null })}>
              {t('referral.everybody')}
            </Button>
          </>
        ) : null}
      </div>
      <Loaded query={query} rows={3}>
        {({ total, referrals }) =>
          total === 0 ? (
            <Empty
              title={t('referral.none')}
              hint={t('referral.none_hint', {
                event: terms.claim_event,
                property: terms.code_property,
              })}
            />
          ) : (
            <>
              <ReferralsTable programme={programme} referrals={referrals} />
              <Pages
                page={page}
                size={kPage}
                total={total}
                onChange={(next) => address.change({ page: next })}
              />
            </>
          )
        }
      </Loaded>
    </>
  );
}
