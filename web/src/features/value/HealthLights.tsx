import { useTranslation } from 'react-i18next';
import type { HealthScores } from '@/api/value_types';
import { Light } from '@/shared/Light';
import { People } from '@/shared/People';
import { Section } from '@/shared/Section';

/** How many customers show which light, all together and by owner. */
export function HealthLights({ scores, trait }: { scores: HealthScores; trait: string }) {
  const { t } = useTranslation();
  return (
    <Section title={t('health.lights')}>
      <table className="plain" style={{ maxWidth: 640 }}>
        <thead>
          <tr>
            <th>{t('health.owner')}</th>
            {scores.lights.map(({ light }) => (
              <th className="num" key={light}>
                <Light light={light} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>
              <b>{t('health.all_owners')}</b>
            </td>
            {scores.lights.map(({ light, people, set }) => (
              <td className="num" key={light}>
                <People n={people} set={people > 0 ? set : undefined} />
              </td>
            ))}
          </tr>
          {scores.owners.map((owner) => (
            <tr key={owner.key}>
              <td>{owner.owner}</td>
              {scores.lights.map(({ light, set }) => (
                <td className="num" key={light}>
                  <People
                    n={owner[light]}
                    set={owner[light] > 0 ? `${set}:${owner.key}` : undefined}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {scores.owners.length === 0 ? (
        <p className="quiet small">{t('health.nobody_owns', { trait })}</p>
      ) : null}
    </Section>
  );
}
