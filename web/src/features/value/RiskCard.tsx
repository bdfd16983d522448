import { useTranslation } from 'react-i18next';
import type { Churn, ChurnModel } from '@/api/value_types';
import { Mark } from '@/shared/Mark';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** What the test on a later period says, what the model looks at, and earlier versions. */
export function RiskCard({ churn, model }: { churn: Churn; model: ChurnModel }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const { quality } = model.card;
  const facts: [string, string][] = [
    [t('risk.tested'), format.count(quality.people)],
    [
      t('risk.left'),
      `${format.count(quality.left)} (${format.percent(quality.left / quality.people)})`,
    ],
    [t('risk.auc'), format.count(quality.auc, 3)],
    [t('risk.pr_auc'), format.count(quality.pr_auc, 3)],
    [
      t('risk.brier'),
      t('risk.brier_beside', {
        value: format.count(quality.brier, 4),
        base: format.count(quality.base_brier, 4),
      }),
    ],
    [t('risk.lift'), `× ${format.count(quality.lift, 2)}`],
    [
      t('clv.model'),
      t('risk.compared', {
        kind: word('churn_kind', model.kind),
        trees: format.count(model.card.trees_auc, 3),
        plain: format.count(model.card.plain_auc, 3),
      }),
    ],
  ];
  const most = Math.max(...model.importance.map((one) => one.share), 1e-9);
  return (
    <>
      <Section title={t('risk.test')}>
        <p className="quiet">
          {t('risk.test_how', {
            learned: format.day(model.learned_at),
            tested: format.day(model.tested_at),
            days: model.settings.horizon_days ?? 0,
          })}
        </p>
        <dl className="facts" style={{ maxWidth: 640 }}>
          {facts.map(([name, value]) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <div className="grid2">
        <Section title={t('risk.reliability')}>
          <table className="plain">
            <thead>
              <tr>
                <th className="num">{t('retention.people')}</th>
                <th className="num">{t('risk.said')}</th>
                <th className="num">{t('risk.happened')}</th>
              </tr>
            </thead>
            <tbody>
              {quality.reliability.map((bin, i) => (
                <tr key={i}>
                  <td className="num">{format.count(bin.people)}</td>
                  <td className="num">{format.percent(bin.expected)}</td>
                  <td className="num">{format.percent(bin.actual)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
        <Section title={t('risk.importance')}>
          <table className="plain">
            <tbody>
              {model.importance.map((one) => (
                <tr key={one.column}>
                  <td>{word('churn_column', one.column)}</td>
                  <td style={{ width: '45%' }}>
                    <div
                      aria-hidden="true"
                      style={{
                        height: 8,
                        background: 'var(--accent, #12805c)',
                        width: `${(100 * one.share) / most}%`,
                      }}
                    />
                  </td>
                  <td className="num">{format.count(one.share, 2)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      </div>
      <Section title={t('clv.versions')}>
        <table className="plain" style={{ maxWidth: 720 }}>
          <tbody>
            {churn.versions.map((one) => (
              <tr key={one.version}>
                <td className="num">{one.version}</td>
                <td>{format.dateTime(one.trained_at)}</td>
                <td>{word('churn_kind', one.kind)}</td>
                <td className="num">
                  {t('risk.auc')} {format.count(one.auc, 3)}
                </td>
                <td>
                  {one.faults.length === 0 ? (
                    <Mark kind="good">{t('clv.passed')}</Mark>
                  ) : (
                    <Mark kind="bad">
                      {one.faults.map((fault) => word('value_fault', fault)).join(' · ')}
                    </Mark>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </>
  );
}
