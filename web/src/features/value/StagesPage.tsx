import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Stages } from '@/api/value_types';
import { kStages } from '@/shared/colors';
import { Figure } from '@/shared/charts/Figure';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Growth } from './Growth';
import { HistoryChart } from './HistoryChart';
import { FlowFigure } from './FlowFigure';
import { StageRulesForm } from './StageRulesForm';
import { StagesTable } from './StagesTable';

function Answer({ stages }: { stages: Stages }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return (
    <>
      <Section title={t('stages.now')}>
        <StagesTable stages={stages} />
      </Section>
      <div className="section">
        <Figure
          title={t('stages.history')}
          file="stages.csv"
          csv={() => [
            ['month', ...kStages],
            ...stages.history.map((row) => [
              row.label,
              ...kStages.map((stage) => row.counts[stage] ?? 0),
            ]),
          ]}
          chart={<HistoryChart stages={stages} />}
          table={
            <div className="scroll-x" tabIndex={0}>
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t('insight.period')}</th>
                    {kStages.map((stage) => (
                      <th key={stage} className="num">
                        {word('stage', stage)}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {[...stages.history].reverse().map((row) => (
                    <tr key={row.label}>
                      <td>{row.label}</td>
                      {kStages.map((stage) => (
                        <td key={stage} className="num">
                          {format.count(row.counts[stage] ?? 0)}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          }
        />
      </div>
      <FlowFigure stages={stages} />
      <p className="quiet">{t('stages.told')}</p>
      <Section title={t('rules.title')}>
        <StageRulesForm />
      </Section>
      <Growth />
    </>
  );
}

export default function StagesPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const month = useAddress().text('month');
  const query = useQuery({
    queryKey: ['stages', month],
    queryFn: () => must(api.GET('/v1/value/stages', { params: { query: month ? { month } : {} } })),
  });
  return (
    <>
      <PageHead
        title={t('nav.stages')}
        lead={
          query.data
            ? t('page.as_of', { at: format.dateTime(query.data.as_of), zone: format.zone })
            : undefined
        }
      />
      <Loaded query={query} rows={12}>
        {(stages) => <Answer stages={stages} />}
      </Loaded>
    </>
  );
}
