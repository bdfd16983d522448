import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Stages } from '@/api/value_types';
import { Figure } from '@/shared/charts/Figure';
import { People } from '@/shared/People';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { FlowChart } from './FlowChart';

/** Who moved between stages within a month, with the choice of the month. */
export function FlowFigure({ stages }: { stages: Stages }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const address = useAddress();
  const moved = stages.flow.filter((one) => one.from !== one.to && one.people > 0);
  const thisMonth = format.isoDay(stages.as_of).slice(0, 7);
  const months = [thisMonth, ...stages.history.map((row) => row.label).reverse()];
  if (!months.includes(stages.flow_month)) months.push(stages.flow_month);
  return (
    <div className="section">
      <Figure
        title={t('stages.flow_in', { month: stages.flow_month })}
        file={`stage-flow-${stages.flow_month}.csv`}
        csv={() => [
          ['from', 'to', 'people'],
          ...stages.flow.map((one) => [one.from, one.to, one.people]),
        ]}
        tools={
          <Select
            size="small"
            aria-label={t('stages.month')}
            value={stages.flow_month}
            style={{ minWidth: 110 }}
            options={months.map((value) => ({ value, label: value }))}
            onChange={(month) => address.change({ month: month === thisMonth ? null : month })}
          />
        }
        chart={
          moved.length ? (
            <FlowChart flow={moved} />
          ) : (
            <p className="quiet">{t('overview.flow_none')}</p>
          )
        }
        table={
          <table className="plain" style={{ maxWidth: 480 }}>
            <tbody>
              {moved.map((one) => (
                <tr key={one.from + one.to}>
                  <td>
                    {word('stage', one.from)} → {word('stage', one.to)}
                  </td>
                  <td className="num">
                    <People n={one.people} set={one.set} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        }
      />
    </div>
  );
}
