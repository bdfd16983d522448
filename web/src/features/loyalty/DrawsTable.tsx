import { useTranslation } from 'react-i18next';
import type { Draw, Programme } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { useNow } from '@/shared/use_now';
import { ThingLink } from './ThingLink';

export function DrawsTable({ draws, programme }: { draws: Draw[]; programme: Programme }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const state = (one: Draw) =>
    !one.enabled
      ? t('draw.off')
      : Date.parse(one.to) <= now
        ? t('draw.over')
        : Date.parse(one.from) > now
          ? t('draw.not_yet')
          : t('draw.open');
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('draw.name')}</th>
            <th className="num">{t('draw.price')}</th>
            <th className="num">{t('draw.plays')}</th>
            <th className="num">{t('draw.spent')}</th>
            <th>{t('coupon.valid')}</th>
            <th>{t('coupon.state')}</th>
          </tr>
        </thead>
        <tbody>
          {draws.map((one) => (
            <tr key={one.id}>
              <td>
                <ThingLink programme={programme.id} kind="draw" id={one.id}>
                  {one.name}
                </ThingLink>
              </td>
              <td className="num">{format.count(one.price)}</td>
              <td className="num">{format.count(one.plays)}</td>
              <td className="num">{format.count(one.spent)}</td>
              <td className="nowrap">
                {format.day(one.from)} – {format.day(one.to)}
              </td>
              <td>{state(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
