import { useTranslation } from 'react-i18next';
import type { Clv } from '@/api/value_types';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { TestVerdict } from './TestVerdict';

/** Versions of the model that were kept, the newest first. */
export function VersionsTable({ versions }: { versions: Clv['versions'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return (
    <Section title={t('clv.versions')}>
      <div className="scroll-x" tabIndex={0}>
        <table className="plain">
          <thead>
            <tr>
              <th className="num">{t('clv.version')}</th>
              <th>{t('clv.trained_at')}</th>
              <th>{t('clv.model')}</th>
              <th className="num">{t('retention.people')}</th>
              <th className="num">{t('clv.expected')}</th>
              <th className="num">{t('clv.actual')}</th>
              <th>{t('clv.verdict')}</th>
            </tr>
          </thead>
          <tbody>
            {versions.map((one) => (
              <tr key={one.version}>
                <td className="num">{one.version}</td>
                <td>{format.dateTime(one.trained_at)}</td>
                <td>{word('purchase_model', one.model)}</td>
                <td className="num">{format.count(one.customers)}</td>
                <td className="num">{format.count(one.expected)}</td>
                <td className="num">{format.count(one.actual)}</td>
                <td>
                  <TestVerdict faults={one.faults} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
