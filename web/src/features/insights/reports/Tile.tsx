import { Skeleton, Spin } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ProblemError } from '@/api/client';
import type { AnswerFailure, DashboardTile, Report, ReportAnswer } from '@/api/types';
import { Mark } from '@/shared/Mark';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';
import { AnswerView } from '../answer/AnswerView';
import { pathOf } from '../ask/questions';
import { PeopleDrawer } from '../people/PeopleDrawer';
import { TileControls } from './TileControls';
import type { TileChange } from './tiles';
import type { DashboardAnswers } from './use_dashboard_answers';

const kRowPixels = 80;
const kHeadPixels = 110;

interface Props {
  tile: DashboardTile;
  report: Report | undefined;
  loading: boolean;
  answers: DashboardAnswers;
  /** Only while the dashboard is edited. */
  tiles?: DashboardTile[];
  i?: number;
  busy?: boolean;
  change?: (how: TileChange) => void;
  remove?: () => void;
}

const asError = (failure: AnswerFailure): ProblemError =>
  new ProblemError({
    type: 'about:blank',
    title: failure.code,
    status: 0,
    detail: failure.message,
    request_id: '',
    code: failure.code as ProblemError['problem']['code'],
    ...(failure.where ? { where: failure.where } : {}),
    ...(failure.hint ? { hint: failure.hint } : {}),
  });

/** The minute that it is, for what says how old it is. */
function useMinute(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** How old the answer of a tile is, and whether a newer one is on its way or failed. */
function TileAge({ kept, busy }: { kept: ReportAnswer | undefined; busy: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useMinute();
  return (
    <span className="tile-age small quiet">
      {busy ? <Spin size="small" /> : null}
      {kept?.failure && kept.answered_at ? (
        <Mark kind="bad">{t('dashboard.refresh_failed')}</Mark>
      ) : null}
      {kept?.answered_at ? (
        <time dateTime={kept.answered_at} title={format.dateTime(kept.answered_at)}>
          {format.ago(kept.answered_at, now)}
        </time>
      ) : null}
    </span>
  );
}

interface AnswerProps {
  report: Report;
  height: number;
  answers: DashboardAnswers;
}

function TileAnswer({ report, height, answers }: AnswerProps) {
  const kept = answers.answerOf(report.id);
  const error =
    answers.problemOf(report.id) ??
    (kept?.failure ? asError(kept.failure) : kept?.answer ? null : answers.query.error);
  return (
    <>
      {error ? <ProblemView error={error} /> : null}
      {kept?.answer ? (
        <PeopleDrawer question={report.question}>
          <AnswerView answer={kept.answer} brief height={height} />
        </PeopleDrawer>
      ) : error ? null : (
        <Skeleton active title={false} paragraph={{ rows: 4 }} />
      )}
    </>
  );
}

/** A report on a dashboard, and the handles to move and resize it. */
export function Tile({ tile, report, loading, answers, ...edit }: Props) {
  const { t } = useTranslation();
  const height = Math.max(160, tile.h * kRowPixels - kHeadPixels);
  const name = report?.name ?? (loading ? '' : t('dashboard.gone'));
  return (
    <section
      className="tile"
      aria-label={name}
      style={{ gridColumn: `span ${tile.w}`, minHeight: tile.h * kRowPixels }}
    >
      <div className="tile-head">
        {report ? <Link to={pathOf(report.question, report.id)}>{name}</Link> : <span>{name}</span>}
        {report ? (
          <TileAge kept={answers.answerOf(report.id)} busy={answers.busy.has(report.id)} />
        ) : null}
      </div>
      {edit.tiles && edit.change && edit.remove ? (
        <TileControls
          name={name}
          tiles={edit.tiles}
          i={edit.i ?? 0}
          busy={edit.busy ?? false}
          change={edit.change}
          remove={edit.remove}
        />
      ) : null}
      {report ? <TileAnswer report={report} height={height} answers={answers} /> : null}
    </section>
  );
}
