import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { HealthLight, HealthModel, HealthShare } from '@/api/value_types';
import { Light } from '@/shared/Light';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

const kLights: readonly HealthLight[] = ['red', 'amber', 'green'];
const kMeasures = ['orders', 'use', 'support', 'satisfaction', 'payment'] as const;

function Shares({ rows }: { rows: { name: ReactNode; key: string; share: HealthShare }[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>{t('health.score')}</th>
          <th className="num">{t('retention.people')}</th>
          <th className="num">{t('health.left_share')}</th>
          <th className="num">{t('health.interval')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, key, share }) => (
          <tr key={key}>
            <td>{name}</td>
            <td className="num">{format.count(share.people)}</td>
            <td className="num">{share.people > 0 ? format.percent(share.share) : '–'}</td>
            <td className="num quiet">
              {share.people > 0
                ? `${format.percent(share.low)} – ${format.percent(share.high)}`
                : ''}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function WeightsTable({ model }: { model: HealthModel }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>{t('health.measure')}</th>
          <th className="num">{t('health.weight')}</th>
          <th className="num">{t('health.alone')}</th>
        </tr>
      </thead>
      <tbody>
        {kMeasures.map((measure) => (
          <tr key={measure}>
            <td>{word('measure_of_health', measure)}</td>
            <td className="num">{format.count(model.weights[measure], 0)}</td>
            <td className="num">
              {model.present[measure] ? (
                format.count(model.card.alone_auc[measure], 3)
              ) : (
                <span className="quiet">{t('health.no_data')}</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Who left later at which score, how long before it showed, and the weights. */
export function HealthCard({ model }: { model: HealthModel }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { card } = model;
  return (
    <>
      <p className="quiet">
        {t('health.check_how', {
          tested: format.day(model.tested_at),
          days: model.horizon_days,
          auc: format.count(card.auc, 3),
          n: format.count(card.people),
          left: format.count(card.left),
        })}
      </p>
      <div className="grid2">
        <Section title={t('health.by_score')}>
          <Shares
            rows={[
              ...kLights.map((light) => ({
                key: light,
                name: <Light light={light} />,
                share: card.lights[light],
              })),
              ...card.bands.map((share, i) => ({
                key: String(i),
                name: t('health.from_to', { from: 10 * i, to: 10 * (i + 1) }),
                share,
              })),
            ]}
          />
        </Section>
        <div>
          <Section
            title={`${t('health.weights')}: ${t(
              model.weights_learned ? 'health.weights_learned' : 'health.weights_set',
            )}`}
          >
            <WeightsTable model={model} />
          </Section>
          <Section title={t('health.lead_time')}>
            <p>
              {card.lead.warned > 0
                ? t('health.lead_time_how', {
                    warned: format.count(card.lead.warned),
                    left: format.count(card.lead.left),
                    median: format.count(card.lead.median_days),
                    late: format.count(card.lead.late_days),
                    early: format.count(card.lead.early_days),
                  })
                : t('health.lead_time_none')}
            </p>
          </Section>
        </div>
      </div>
    </>
  );
}
