import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import '../insights.css';
import { kAnalyses } from '../ask/questions';
import { DashboardsList } from './DashboardsList';
import { ReportsTable } from './ReportsTable';

const kReady = [
  ['activity', '/insights/activity'],
  ['retention', '/insights/retention'],
  ['stages', '/value/stages'],
  ['rfm', '/value/rfm'],
] as const;

/** The way into everything that can be asked: new questions, saved ones, ready-made pages. */
export default function InsightsPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t('nav.insights')} lead={t('insights.lead')} />
      <Section title={t('insights.new')}>
        <ul className="analyses">
          {kAnalyses.map((analysis) => (
            <li key={analysis}>
              <Link to={`/insights/ask/${analysis}`}>{t(`analysis.${analysis}`)}</Link>
              <span className="quiet small">{t(`analysis_lead.${analysis}`)}</span>
            </li>
          ))}
        </ul>
      </Section>
      <DashboardsList />
      <ReportsTable />
      <Section title={t('insights.ready')}>
        <ul className="analyses">
          {kReady.map(([name, path]) => (
            <li key={name}>
              <Link to={path}>{t(`nav.${name}`)}</Link>
              <span className="quiet small">{t(`insights.ready_${name}`)}</span>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
