import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme, Reward } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { MemberLink } from './MemberLink';
import { Pages } from './Pages';
import { RedemptionMoves } from './RedemptionMoves';

const kPage = 20;
const kStates = ['reserved', 'ordered', 'shipped', 'fulfilled', 'cancelled', 'lapsed'] as const;

interface Props {
  programme: Programme;
  rewards: Reward[];
}

/** What was taken, and what somebody still has to send or hand over. */
export function Redemptions({ programme, rewards }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const address = useAddress();
  const mayWrite = useRight('loyalty.write');
  const state = kStates.find((one) => one === address.text('state'));
  const reward = address.text('reward');
  const page = address.number('page', 1);
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'redemptions', state, reward, page],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/redemptions', {
          params: {
            path: { programme: programme.id },
            query: {
              ...(state ? { state } : {}),
              ...(reward ? { reward } : {}),
              limit: kPage,
              offset: (page - 1) * kPage,
            },
          },
        }),
      ),
  });
  const name = (id: string) => rewards.find((one) => one.id === id)?.name ?? id;
  return (
    <>
      <Select
        aria-label={t('coupon.state')}
        placeholder={t('reward.all_states')}
        value={state ?? ''}
        onChange={(next) => address.change({ state: next, page: null })}
        options={[
          { value: '', label: t('reward.all_states') },
          ...kStates.map((value) => ({
            value: value as string,
            label: word('reward_state', value),
          })),
        ]}
        style={{ minWidth: 160, marginBottom: 12 }}
      />
      <Loaded query={query} rows={3}>
        {({ total, redemptions }) =>
          total === 0 ? (
            <p className="quiet">{t('reward.no_redemptions')}</p>
          ) : (
            <div className="scroll-x">
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t('loyalty.at')}</th>
                    <th>{t('reward.reward')}</th>
                    <th>{t('coupon.person')}</th>
                    <th className="num">{t('loyalty.points')}</th>
                    <th>{t('coupon.code')}</th>
                    <th>{t('reward.note')}</th>
                    <th>{t('coupon.state')}</th>
                    <th aria-label={t('reward.moves')} />
                  </tr>
                </thead>
                <tbody>
                  {redemptions.map((one) => (
                    <tr key={one.id}>
                      <td className="nowrap">{format.dateTime(one.at)}</td>
                      <td>{name(one.reward)}</td>
                      <td>
                        <MemberLink programme={programme.id} person={one.person} />
                      </td>
                      <td className="num">{format.count(one.points)}</td>
                      <td>{one.code}</td>
                      <td>{one.note}</td>
                      <td>{word('reward_state', one.state)}</td>
                      <td>
                        {mayWrite ? <RedemptionMoves programme={programme} one={one} /> : null}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <Pages
                page={page}
                size={kPage}
                total={total}
                onChange={(next) => address.change({ page: next })}
              />
            </div>
          )
        }
      </Loaded>
    </>
  );
}
