import { useTranslation } from 'react-i18next';
import type { Programme, Reward } from '@/api/types';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useNow } from '@/shared/use_now';
import { useWords } from '@/shared/use_words';
import { ThingLink } from './ThingLink';

/** What points buy: price, what is left, and whether it is offered now. */
export function RewardCatalogue({
  rewards,
  programme,
}: {
  rewards: Reward[];
  programme: Programme;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const mayWrite = useRight('loyalty.write');
  const now = useNow();
  const offered = (one: Reward) =>
    !one.enabled
      ? t('loyalty.disabled')
      : Date.parse(one.to) <= now
        ? t('reward.over')
        : Date.parse(one.from) > now
          ? t('reward.not_yet')
          : t('reward.offered');
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('reward.reward')}</th>
            <th>{t('reward.kind')}</th>
            <th className="num">{t('reward.price')}</th>
            <th className="num">{t('reward.left')}</th>
            <th className="num">{t('reward.taken')}</th>
            <th className="num">{t('reward.to_fulfil')}</th>
            <th>{t('coupon.valid')}</th>
            <th>{t('coupon.state')}</th>
          </tr>
        </thead>
        <tbody>
          {rewards.map((one) => (
            <tr key={one.id}>
              <td>
                <ThingLink programme={programme.id} kind="reward" id={one.id}>
                  {one.name}
                </ThingLink>
              </td>
              <td>{word('reward_kind', one.kind)}</td>
              <td className="num">
                {format.count(one.points)}
                {one.money_minor > 0 ? ` + ${format.money(one.money_minor)}` : ''}
              </td>
              <td className="num">
                {one.left === null ? t('reward.any_number') : format.count(one.left)}
              </td>
              <td className="num">{format.count(one.taken)}</td>
              <td className="num">{format.count(one.to_fulfil)}</td>
              <td className="nowrap">
                {format.day(one.from)} – {format.day(one.to)}
              </td>
              <td>{offered(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {mayWrite ? null : <p className="quiet">{t('reward.read_only')}</p>}
    </div>
  );
}
