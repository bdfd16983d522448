import { useTranslation } from 'react-i18next';
import type { Goal, GoalMonth } from '@/api/types';
import { Mark } from '@/shared/Mark';
import { People } from '@/shared/People';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { kStandingMarks, useGoalValues } from './goal';

/** How many people a month's figure is of; each number opens them. */
function Of({ measure, month }: { measure: Goal['measure']; month: GoalMonth }) {
  const word = useWords();
  const format = useFormat();
  if (month.denominator === null) return <>–</>;
  if (measure === 'nps') {
    return (
      <>
        <People n={month.denominator} set={month.set} />
        <div className="quiet small nowrap">
          {month.parts.map((part, i) => (
            <span key={part.who}>
              {i ? ' · ' : ''}
              {word('goal_part', part.who)}: <People n={part.people} set={part.set} />
            </span>
          ))}
        </div>
      </>
    );
  }
  if (measure === 'cac' || measure === 'ltv_cac') {
    return <People n={month.denominator} set={month.set} />;
  }
  const all = month.parts[0];
  return (
    <>
      <People n={month.numerator} set={month.set} /> /{' '}
      {all ? <People n={all.people} set={all.set} /> : format.count(month.denominator)}
    </>
  );
}

function Standing({ of }: { of: Goal['standing'] }) {
  const word = useWords();
  return <Mark kind={kStandingMarks[of]}>{word('standing', of)}</Mark>;
}

function Row({ goal, month }: { goal: Goal; month: GoalMonth }) {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const values = useGoalValues();
  const { check, low, high } = month;
  const show = (value: number | null) => values.value(goal.measure, value);
  return (
    <tr>
      <td className="nowrap">
        {month.label} {month.complete ? null : <span className="quiet">{t('goal.not_over')}</span>}
      </td>
      <td className="num">
        {month.value === null ? (
          <span className="quiet small">
            {t('goal.no_number', { why: word('goal_why', month.why) })}
          </span>
        ) : (
          <b>{show(month.value)}</b>
        )}
      </td>
      <td className="num nowrap">
        {low === null || high === null
          ? '–'
          : t('result.range', { low: show(low), high: show(high) })}
      </td>
      <td className="num">
        <Of measure={goal.measure} month={month} />
      </td>
      <td className="num">{show(month.expected)}</td>
      <td>
        {check ? (
          <>
            <Standing of={check.standing} /> {show(check.value)}
            <div className="quiet small nowrap">
              {t('goal.checked_at', { at: format.day(check.checked_at) })}
            </div>
          </>
        ) : (
          <span className="quiet">{t('goal.not_checked')}</span>
        )}
      </td>
    </tr>
  );
}

/** Every month of a goal as it is now, beside what was written down when it was over. */
export function GoalChecks({ goal }: { goal: Goal }) {
  const { t } = useTranslation();
  if (goal.months.length === 0) return <p className="quiet small">{t('goal.checks_none')}</p>;
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={t('goal.checks')}>
      <table className="plain">
        <thead>
          <tr>
            <th>{t('goal.month')}</th>
            <th className="num">{t('goal.figure')}</th>
            <th className="num">{t('goal.interval')}</th>
            <th className="num">{t('goal.of')}</th>
            <th className="num">{t('goal.expected')}</th>
            <th>{t('goal.checked')}</th>
          </tr>
        </thead>
        <tbody>
          {goal.months.map((month) => (
            <Row key={month.label} goal={goal} month={month} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
