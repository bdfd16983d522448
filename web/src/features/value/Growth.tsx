import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { GrowthAnswer } from '@/api/value_types';
import { Loaded } from '@/shared/Loaded';
import { People } from '@/shared/People';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useMilestone } from '@/shared/use_milestone';
import { useWords } from '@/shared/use_words';
import { GrowthSettingsForm } from './GrowthSettingsForm';

function StagesOfGrowth({ growth }: { growth: GrowthAnswer }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const milestone = useMilestone();
  const rule = (stage: string) =>
    stage === 'novice'
      ? t('growth.novice_rule')
      : growth.milestones
          .filter((one) => one.opens === stage)
          .map(milestone)
          .join(t('growth.and'));
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('growth.stage')}</th>
            <th className="num">{t('retention.people')}</th>
            <th className="num">{t('rfm.share')}</th>
            <th style={{ paddingLeft: 24 }}>{t('stages.rule')}</th>
          </tr>
        </thead>
        <tbody>
          {growth.stages.map(({ stage, people, share, set }) => (
            <tr key={stage}>
              <td>{word('growth', stage)}</td>
              <td className="num">
                <People n={people} set={set} />
              </td>
              <td className="num">{format.percent(share)}</td>
              <td className="quiet" style={{ paddingLeft: 24 }}>
                {rule(stage)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How many people have reached each milestone. */
function Milestones({ growth }: { growth: GrowthAnswer }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const milestone = useMilestone();
  return (
    <div className="scroll-x" style={{ marginTop: 16 }}>
      <table className="plain">
        <thead>
          <tr>
            <th>{t('growth.milestone')}</th>
            <th>{t('growth.opens')}</th>
            <th className="num">{t('growth.reached')}</th>
            <th className="num">{t('rfm.share')}</th>
          </tr>
        </thead>
        <tbody>
          {growth.milestones.map((one, i) => (
            <tr key={i}>
              <td>{milestone(one)}</td>
              <td>{word('growth', one.opens)}</td>
              <td className="num">{format.count(one.people)}</td>
              <td className="num">{format.percent(one.share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Stages of growth beside those of the lifecycle, and the milestones that open them. */
export function Growth() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['growth'],
    queryFn: () => must(api.GET('/v1/value/growth')),
  });
  return (
    <Loaded query={query} rows={4}>
      {(growth) => (
        <>
          <Section title={t('growth.title')}>
            <p className="quiet">{t('growth.lead')}</p>
            <StagesOfGrowth growth={growth} />
            <Milestones growth={growth} />
          </Section>
          <Section title={t('growth.settings')}>
            <GrowthSettingsForm settings={growth.settings} />
          </Section>
        </>
      )}
    </Loaded>
  );
}
