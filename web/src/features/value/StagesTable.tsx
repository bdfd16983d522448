import { useTranslation } from 'react-i18next';
import type { Stages } from '@/api/value_types';
import { People } from '@/shared/People';
import { Stage } from '@/shared/Stage';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** The stages now, each with the rule that makes it. */
export function StagesTable({ stages }: { stages: Stages }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const all = stages.counts.reduce((sum, one) => sum + one.people, 0) || 1;
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('customer.stage')}</th>
            <th className="num">{t('retention.people')}</th>
            <th className="num">{t('rfm.share')}</th>
            <th className="num">{t('customer.revenue')}</th>
            <th style={{ paddingLeft: 24 }}>{t('stages.rule')}</th>
          </tr>
        </thead>
        <tbody>
          {stages.counts.map(({ stage, people, revenue_minor: revenue, set }) => (
            <tr key={stage}>
              <td>
                <Stage stage={stage} />
              </td>
              <td className="num">
                <People n={people} set={set} />
              </td>
              <td className="num">{format.percent(people / all)}</td>
              <td className="num">{format.money(revenue, { whole: true })}</td>
              <td className="quiet" style={{ paddingLeft: 24 }}>
                {word('stage_rule', stage)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
