import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { DashboardTile, Report } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { AnswerView } from '../answer/AnswerView';
import { pathOf } from '../ask/questions';
import { useAnswer } from '../ask/use_answer';
import { PeopleDrawer } from '../people/PeopleDrawer';
import { TileControls } from './TileControls';
import type { TileChange } from './tiles';

const kRowPixels = 80;
const kHeadPixels = 110;

interface Props {
  tile: DashboardTile;
  report: Report | undefined;
  loading: boolean;
  refreshMinutes: number;
  /** Only while the dashboard is edited. */
  tiles?: DashboardTile[];
  i?: number;
  busy?: boolean;
  change?: (how: TileChange) => void;
  remove?: () => void;
}

function TileAnswer({
  report,
  height,
  refresh,
}: {
  report: Report;
  height: number;
  refresh: number;
}) {
  const query = useAnswer(report.question, refresh);
  if (query.data && !query.error)
    return (
      <PeopleDrawer question={report.question}>
        <AnswerView answer={query.data} brief height={height} />
      </PeopleDrawer>
    );
  if (query.error) return <ProblemView error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton active title={false} paragraph={{ rows: 4 }} />;
}

/** A report on a dashboard, and the handles to move and resize it. */
export function Tile({ tile, report, loading, refreshMinutes, ...edit }: Props) {
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
      {report ? <TileAnswer report={report} height={height} refresh={refreshMinutes} /> : null}
    </section>
  );
}
