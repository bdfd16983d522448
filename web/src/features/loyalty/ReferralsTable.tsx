import { useTranslation } from 'react-i18next';
import type { Programme, Referral } from '@/api/types';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { MemberLink } from './MemberLink';
import { ReferralVerdict } from './ReferralVerdict';

interface Props {
  programme: Programme;
  referrals: Referral[];
}

export function ReferralsTable({ programme, referrals }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const mayWrite = useRight('loyalty.write');
  const reason = (one: Referral) =>
    word('referral_reason', one.reason).replace('{{what}}', word('referral_mark', one.evidence));
  const side = (got: Referral['friend_side']) =>
    [got.points > 0 || !got.coupon ? format.count(got.points) : '', got.coupon]
      .filter(Boolean)
      .join(' + ');
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('referral.claimed')}</th>
            <th>{t('referral.who')}</th>
            <th>{t('referral.whom')}</th>
            <th>{t('referral.state')}</th>
            <th className="num">{t('referral.order')}</th>
            <th className="num">{t('referral.given')}</th>
            {mayWrite ? <th>{t('referral.decide')}</th> : null}
          </tr>
        </thead>
        <tbody>
          {referrals.map((one) => (
            <tr key={one.id}>
              <td className="nowrap">{format.dateTime(one.claimed_at)}</td>
              <td>
                {one.referrer === null ? (
                  <span className="quiet">{t('referral.nobody')}</span>
                ) : (
                  <MemberLink programme={programme.id} person={one.referrer} />
                )}
              </td>
              <td>
                <MemberLink programme={programme.id} person={one.friend} />
              </td>
              <td>
                {word('referral_state', one.state)}
                {one.reason ? <div className="quiet small">{reason(one)}</div> : null}
                {one.verdict === 'accept' ? (
                  <div className="quiet small">{t('referral.accepted')}</div>
                ) : null}
              </td>
              <td className="num">{one.order ? format.money(one.left_minor) : ''}</td>
              <td className="num">
                {one.state === 'rewarded'
                  ? `${side(one.referrer_side)} / ${side(one.friend_side)}`
                  : ''}
              </td>
              {mayWrite ? (
                <td>
                  <ReferralVerdict programme={programme} one={one} />
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
