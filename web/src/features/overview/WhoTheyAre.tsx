import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Overview } from '@/api/types';
import { kStageColors } from '@/shared/colors';
import { People } from '@/shared/People';
import { Section } from '@/shared/Section';
import { Stage } from '@/shared/Stage';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { mainFlows } from './overview';

/** Who are they: customers by stage, and what moved this month. */
export function WhoTheyAre({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const theme = useThemeName();
  const { counts, flow } = overview.stages;
  const most = Math.max(1, ...counts.map((one) => one.people));
  const all = counts.reduce((sum, one) => sum + one.people, 0) || 1;
  return (
    <Section
      title={t('overview.who')}
      aside={<Link to="/value/stages">{t('overview.to_stages')}</Link>}
    >
      <table className="bars">
        <tbody>
          {counts.map(({ stage, people, set }) => (
            <tr key={stage}>
              <th scope="row">
                <Stage stage={stage} />
              </th>
              <td className="bar">
                <div
                  className="bar-fill"
                  style={{
                    width: `${(people / most) * 100}%`,
                    background: kStageColors[theme][stage],
                  }}
                />
              </td>
              <td>
                <People n={people} set={set} />
              </td>
              <td className="quiet">{format.percent(people / all, 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet" style={{ margin: '10px 0 0' }}>
        {t('overview.flow')}{' '}
        {mainFlows(flow)
          .map((one) =>
            t('overview.flow_line', {
              n: format.count(one.people),
              from: word('stage', one.from),
              to: word('stage', one.to),
            }),
          )
          .join(t('list.separator')) || t('overview.flow_none')}
      </p>
    </Section>
  );
}
