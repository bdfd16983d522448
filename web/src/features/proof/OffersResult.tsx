import { useTranslation } from 'react-i18next';
import type { OffersChoice } from '@/api/value_types';
import { People } from '@/shared/People';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import type { Action } from './uplift';

/** Who gets which offer, what that is expected to keep, and why an offer is given to nobody. */
export function OffersResult({ choice, actions }: { choice: OffersChoice; actions: Action[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const money = (minor: number) => format.money(minor, { whole: true });
  return (
    <>
      <p className="notice" aria-live="polite">
        {t('offers.chosen', {
          n: format.count(choice.people),
          asked: format.count(choice.asked),
          rested: format.count(choice.rested),
        })}{' '}
        {t('uplift.expected', { value: money(choice.value_minor), net: money(choice.net_minor) })}
      </p>
      <div className="scroll-x" tabIndex={0}>
        <table className="plain" style={{ maxWidth: 960 }}>
          <thead>
            <tr>
              <th>{t('offers.offer')}</th>
              <th>{t('offers.by')}</th>
              <th className="num">{t('offers.people')}</th>
              <th className="num">{t('offers.kept')}</th>
              <th className="num">{t('offers.cost')}</th>
            </tr>
          </thead>
          <tbody>
            {choice.offers.map((one, place) => (
              <tr key={place}>
                <td>{actions.find(({ of }) => of === one.of)?.name ?? one.of}</td>
                <td>
                  {one.why ? (
                    <span className="quiet">{word('uplift_why', one.why)}</span>
                  ) : (
                    word('learner', one.by ?? 'mean')
                  )}
                </td>
                <td className="num">
                  <People n={one.people} set={one.set ?? undefined} />
                </td>
                <td className="num">{money(one.value_minor)}</td>
                <td className="num">{money(one.cost_minor)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
