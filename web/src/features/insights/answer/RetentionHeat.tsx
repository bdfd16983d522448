import { useTranslation } from 'react-i18next';
import { heat } from '@/shared/colors';
import { Behind } from '../people/Behind';
import type { AnswerOf } from './answers';
import { periodName } from './look';
import { useLook } from './use_look';
import { firstIsWhole, shadeOf, topRate, type Group } from './retention';

interface Props {
  answer: AnswerOf<'retention'>;
  group: Group;
  counts: boolean;
}

/** Cohorts as rows, time after the start as columns, the share that came back as colour. */
export function RetentionHeat({ answer, group, counts }: Props) {
  const { t } = useTranslation();
  const { format, theme } = useLook();
  const top = topRate(group);
  const outside = firstIsWhole(group);
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={t('analysis.retention')}>
      <table className="heat">
        <thead>
          <tr>
            <th scope="col">{t('answer.cohort')}</th>
            <th scope="col">{t('retention.people')}</th>
            {answer.columns.map(({ label, from }) => (
              <th scope="col" key={from}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {group.cohorts.map((cohort) => (
            <tr key={cohort.period.from}>
              <th scope="row">{periodName(cohort.period)}</th>
              <th>
                <Behind
                  people={cohort.size.value ? cohort.size.people : undefined}
                  about={cohort.period.label}
                >
                  {format.count(cohort.size.value)}
                </Behind>
              </th>
              {answer.columns.map(({ label, from }, i) => {
                const cell = cohort.cells[i];
                if (!cell) return <td key={from} />;
                const shade = i === 0 && outside ? 0 : shadeOf(cell.rate, top);
                return (
                  <td
                    key={from}
                    style={heat(shade, theme)}
                    className={cell.complete ? undefined : 'open'}
                    title={t('retention.cell', {
                      people: format.count(cell.value),
                      size: format.count(cohort.size.value),
                      rate: format.percent(cell.rate),
                    })}
                  >
                    <Behind
                      people={cell.value ? cell.people : undefined}
                      about={`${cohort.period.label} · ${label}`}
                    >
                      {counts ? format.count(cell.value) : format.percent(cell.rate)}
                      {cell.complete ? '' : '*'}
                    </Behind>
                  </td>
                );
              })}
            </tr>
          ))}
          <tr className="average">
            <th scope="row">{t('retention.average')}</th>
            <th />
            {group.average.map((one, i) => (
              <td key={i}>
                <span
                  className="cell"
                  title={`${format.count(one.numerator)} ÷ ${format.count(one.denominator)}`}
                >
                  {format.percent(one.rate)}
                </span>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}
