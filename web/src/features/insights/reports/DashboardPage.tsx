import { EditOutlined, ReloadOutlined } from '@ant-design/icons';
import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { api, must } from '@/api/client';
import type { Dashboard } from '@/api/types';
import { DeleteButton } from '@/shared/DeleteButton';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import '../insights.css';
import { DashboardTools } from './DashboardTools';
import { Tile } from './Tile';
import { changed, inOrder, packed, without } from './tiles';
import { useDashboardAnswers } from './use_dashboard_answers';
import { useDashboard, useReports, useSaveDashboard } from './use_reports';

type Patch = Partial<Pick<Dashboard, 'name' | 'tiles' | 'refresh_minutes'>>;

function Board({ dashboard }: { dashboard: Dashboard }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const address = useAddress();
  const may = useRight('insights.write');
  const reports = useReports();
  const save = useSaveDashboard();
  const editing = may && address.text('edit') === 'yes';
  const tiles = packed(inOrder(dashboard.tiles));
  const answers = useDashboardAnswers(dashboard);
  const { id, version, name, refresh_minutes } = dashboard;
  const put = (patch: Patch) =>
    save.mutate(
      { id, version, name, refresh_minutes, tiles, ...patch },
      { onError: (error) => void message.error(error.message) },
    );
  return (
    <>
      <PageHead title={name} lead={t('dashboard.lead')}>
        <Button
          icon={<ReloadOutlined />}
          loading={answers.busy.size > 0}
          disabled={tiles.length === 0}
          onClick={answers.refreshAll}
        >
          {t('dashboard.refresh')}
        </Button>
        {may ? (
          <Button
            type={editing ? 'primary' : 'default'}
            icon={<EditOutlined />}
            onClick={() => address.change({ edit: editing ? null : 'yes' })}
          >
            {editing ? t('dashboard.done') : t('do.edit')}
          </Button>
        ) : null}
        {editing ? (
          <DeleteButton
            ask={t('dashboard.delete_ask', { name })}
            what={t('dashboard.delete_what')}
            remove={() =>
              must(api.DELETE('/v1/insights/dashboards/{id}', { params: { path: { id } } }))
            }
            list={{ query: 'dashboards', path: '/insights' }}
          />
        ) : null}
      </PageHead>
      {editing ? (
        <DashboardTools
          dashboard={dashboard}
          reports={reports.data?.reports ?? []}
          change={put}
          busy={save.isPending}
        />
      ) : null}
      {tiles.length === 0 ? (
        <Empty title={t('dashboard.empty')} hint={t('dashboard.empty_hint')} />
      ) : null}
      <div className="board">
        {tiles.map((tile, i) => (
          <Tile
            key={`${tile.report_id}-${i}`}
            tile={tile}
            report={reports.data?.reports.find((one) => one.id === tile.report_id)}
            loading={reports.isLoading}
            answers={answers}
            {...(editing
              ? {
                  tiles,
                  i,
                  busy: save.isPending,
                  change: (how) => put({ tiles: changed(tiles, i, how) }),
                  remove: () => put({ tiles: without(tiles, i) }),
                }
              : {})}
          />
        ))}
      </div>
    </>
  );
}

export default function DashboardPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const query = useDashboard(id);
  return (
    <Loaded query={query} title={t('dashboard.dashboards')}>
      {(dashboard) => <Board dashboard={dashboard} />}
    </Loaded>
  );
}
