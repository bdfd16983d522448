import { useTranslation } from 'react-i18next';
import type { ChurnScores } from '@/api/value_types';
import { ActOn } from '@/shared/ActOn';
import { People } from '@/shared/People';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** How many customers stand at which risk, and whether the customers have changed since. */
export function RiskBands({ scores, currency }: { scores: ChurnScores; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const highest = [...scores.bands].reverse();
  return (
    <Section title={t('risk.bands')}>
      {scores.drifted.length ? (
        <p className="notice">
          {t('risk.drifted', {
            columns: scores.drifted.map((one) => word('churn_column', one.column)).join(' · '),
          })}
        </p>
      ) : null}
      <table className="plain" style={{ maxWidth: 880 }}>
        <thead>
          <tr>
            <th>{t('risk.probability')}</th>
            <th className="num">{t('retention.people')}</th>
            <th className="num">{t('risk.leaving')}</th>
            <th className="num">{t('risk.paid')}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {highest.map((one) => (
            <tr key={one.band}>
              <td>
                {format.percent((one.band - 1) / 5, 0)} – {format.percent(one.band / 5, 0)}
              </td>
              <td className="num">
                <People n={one.people} set={one.people > 0 ? one.set : undefined} />
              </td>
              <td className="num">{format.count(one.leaving)}</td>
              <td className="num">{format.money(one.paid_minor, { whole: true, currency })}</td>
              <td className="num">
                {one.people > 0 ? (
                  <ActOn whom={{ set: one.set }} n={one.people} size="small" />
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
