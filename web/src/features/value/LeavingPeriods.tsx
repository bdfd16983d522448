import { useTranslation } from 'react-i18next';
import type { Leaving } from '@/api/value_types';
import { People } from '@/shared/People';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { useReasonWord } from './left_reason';

/** How long after the registration people left, and why in each period. */
export function LeavingPeriods({ leaving }: { leaving: Leaving }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const name = useReasonWord();
  const cause = (one: Leaving['periods'][number]['causes'][number]) =>
    `${name(one)} (${format.percent(one.share)})`;
  return (
    <div className="scroll-x" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th>{t('leaving.period')}</th>
            <th className="num">{t('retention.people')}</th>
            <th className="num">{t('leaving.share')}</th>
            <th style={{ paddingLeft: 24 }}>{t('leaving.causes')}</th>
            <th style={{ paddingLeft: 24 }}>{t('leaving.usual')}</th>
          </tr>
        </thead>
        <tbody>
          {leaving.periods.map(({ period, people, share, set, causes }) => (
            <tr key={period}>
              <td>{word('left_period', period)}</td>
              <td className="num">
                <People n={people} set={people > 0 ? (set ?? undefined) : undefined} />
              </td>
              <td className="num">{format.percent(share)}</td>
              <td style={{ paddingLeft: 24 }}>
                {causes.length > 0 ? (
                  causes.map((one) => <div key={`${one.known} ${one.reason}`}>{cause(one)}</div>)
                ) : (
                  <span className="quiet">{t('leaving.no_cause')}</span>
                )}
              </td>
              <td className="quiet" style={{ paddingLeft: 24 }}>
                {word('left_usual', period)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
