import { useTranslation } from 'react-i18next';
import type { Portrait } from '@/api/value_types';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

const kTags = [
  'interest',
  'preferred_channel',
  'active_hour',
  'device',
  'region',
  'price_band',
  'discount_affinity',
] as const;

/** How many people had each tag in earlier versions. */
export function VersionsTable({ versions }: { versions: Portrait['versions'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return (
    <Section title={t('portrait.versions')}>
      <div className="scroll-x" tabIndex={0}>
        <table className="plain">
          <thead>
            <tr>
              <th className="num">{t('portrait.version')}</th>
              <th>{t('portrait.made_at')}</th>
              {kTags.map((tag) => (
                <th className="num" key={tag}>
                  {word('fact', tag)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {versions.map((one) => (
              <tr key={one.version}>
                <td className="num">{one.version}</td>
                <td>{format.dateTime(one.made_at)}</td>
                {kTags.map((tag) => (
                  <td className="num" key={tag}>
                    {format.count(one.coverage[tag])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
