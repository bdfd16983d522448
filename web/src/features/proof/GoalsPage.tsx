import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { Goal, GoalHoldOut, GoalMonth } from '@/api/types';
import { DeleteButton } from '@/shared/DeleteButton';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { Mark } from '@/shared/Mark';
import { PageHead } from '@/shared/PageHead';
import { People } from '@/shared/People';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Acquisition } from './Acquisition';
import { GoalChecks } from './GoalChecks';
import { GoalLine } from './GoalLine';
import { kStandingMarks, useGoalValues } from './goal';
import { NewGoal } from './NewGoal';

/** What the running hold-out says beside the goals: what would have come without anything done. */
function Beside({ one }: { one: GoalHoldOut }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { effect = null, low = null, high = null } = one.difference ?? {};
  const known = effect !== null && low !== null && high !== null;
  return (
    <p style={{ margin: 0 }}>
      {t(known ? 'goal.beside' : 'goal.beside_open', {
        points: format.points(effect, 1),
        low: format.points(low, 1),
        high: format.points(high, 1),
        since: format.day(one.since),
      })}{' '}
      <Link to={`/proof/hold-outs/${one.id}`}>{one.name}</Link>
    </p>
  );
}

/** Of how many people the last figure is. */
function LastOf({ goal, last }: { goal: Goal; last: GoalMonth }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (last.denominator === null || goal.measure === 'cac' || goal.measure === 'ltv_cac')
    return null;
  if (goal.measure === 'nps') {
    const n = format.count(last.denominator);
    return (
      <>
        {' ('}
        <People n={last.denominator} set={last.set}>
          {t('goal.answered', { n })}
        </People>
        {')'}
      </>
    );
  }
  return (
    <>
      {' ('}
      <People n={last.numerator} set={last.set} /> / {format.count(last.denominator)})
    </>
  );
}

function GoalSection({ goal }: { goal: Goal }) {
  const { t } = useTranslation();
  const word = useWords();
  const mayWrite = useRight('campaigns.write');
  const values = useGoalValues();
  const last = goal.months.filter((month) => month.complete && month.value !== null).at(-1);
  return (
    <Section
      title={goal.name}
      aside={
        <div className="row">
          <Mark kind={kStandingMarks[goal.standing]}>{word('standing', goal.standing)}</Mark>
          {mayWrite ? (
            <DeleteButton
              ask={t('goal.delete_ask', { name: goal.name })}
              remove={() =>
                must(api.DELETE('/v1/goals/{id}', { params: { path: { id: goal.id } } }))
              }
              list={{ query: 'goals', path: '/proof/goals' }}
            />
          ) : null}
        </div>
      }
    >
      <p style={{ margin: '0 0 8px' }}>
        {t('goal.sentence', {
          measure: word('goal_measure', goal.measure),
          base: values.value(goal.measure, goal.base_is),
          target: values.value(goal.measure, goal.target),
          from: goal.from,
          to: goal.to,
        })}
        {goal.owner ? ` · ${t('goal.owner_is', { owner: goal.owner })}` : ''}
      </p>
      <GoalLine goal={goal} />
      <p className="quiet small" style={{ margin: '8px 0 0' }}>
        {last ? (
          <>
            {last.label}: <b>{values.value(goal.measure, last.value)}</b>
            <LastOf goal={goal} last={last} />
            {' · '}
          </>
        ) : null}
        {t('goal.before_after', {
          before: values.value(goal.measure, goal.before),
          after: values.value(goal.measure, goal.after),
        })}
      </p>
      {goal.beside ? <Beside one={goal.beside} /> : null}
      <details style={{ marginTop: 8 }}>
        <summary>{t('goal.checks')}</summary>
        <GoalChecks goal={goal} />
      </details>
    </Section>
  );
}

export default function GoalsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('campaigns.write');
  const query = useQuery({ queryKey: ['goals'], queryFn: () => must(api.GET('/v1/goals')) });
  return (
    <>
      <PageHead title={t('nav.goals')} lead={t('goal.lead', { zone: format.zone })} />
      <Loaded query={query} rows={8}>
        {({ goals, hold_out }) => (
          <div className="stack">
            {hold_out ? <Beside one={hold_out} /> : null}
            {goals.length === 0 ? (
              <Empty title={t('goal.none')} hint={t('goal.none_hint')} />
            ) : (
              goals.map((goal) => <GoalSection key={goal.id} goal={goal} />)
            )}
            {mayWrite ? <NewGoal /> : null}
            <Acquisition />
          </div>
        )}
      </Loaded>
    </>
  );
}
