import { useTranslation } from 'react-i18next';
import type { ReferralSums } from '@/api/types';
import { useFormat } from '@/shared/use_format';

const kSums = ['rewarded', 'refused', 'waiting'] as const;

/** What came of codes, as it was and as it would have been. */
export function ReferralChange({ before, after }: { before: ReferralSums; after: ReferralSums }) {
  const { t } = useTranslation();
  const format = useFormat();
  const points = (sums: ReferralSums) => sums.referrer_points + sums.friend_points;
  const rows: [string, number, number][] = [
    ...kSums.map((name): [string, number, number] => [
      t(`referral.${name}`),
      before[name],
      after[name],
    ]),
    [t('referral.points_given'), points(before), points(after)],
  ];
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>{t('nav.referral')}</th>
          <th className="num">{t('loyalty.was')}</th>
          <th className="num">{t('loyalty.would_be')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, was, is]) => (
          <tr key={name}>
            <td>{name}</td>
            <td className="num">{format.count(was)}</td>
            <td className="num">{format.count(is)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
