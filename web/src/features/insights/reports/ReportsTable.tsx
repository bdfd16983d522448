import { Table, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Report } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { Mark } from '@/shared/Mark';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { usePaging } from '@/shared/use_paging';
import { pathOf } from '../ask/questions';
import { useReports } from './use_reports';

const kRows = 20;

export function ReportsTable() {
  const { t } = useTranslation();
  const format = useFormat();
  const paging = usePaging();
  const query = useReports();
  const columns: TableColumnsType<Report> = [
    {
      title: t('ask.name'),
      key: 'name',
      render: (_, one) => (
        <>
          <Link to={pathOf(one.question, one.id)}>{one.name}</Link>{' '}
          {one.shared ? <Mark>{t('report.shared')}</Mark> : null}
          {one.description ? <div className="quiet small">{one.description}</div> : null}
        </>
      ),
    },
    {
      title: t('ask.analysis'),
      key: 'analysis',
      render: (_, one) => t(`analysis.${one.question.analysis}`),
    },
    { title: t('report.by'), key: 'by', render: (_, one) => one.created_by },
    {
      title: t('report.changed'),
      key: 'changed',
      className: 'num',
      render: (_, one) => format.dateTime(one.updated_at),
    },
  ];
  return (
    <Section title={t('report.reports')}>
      <Loaded query={query} rows={3}>
        {({ reports }) =>
          reports.length === 0 ? (
            <Empty title={t('report.none')} hint={t('report.none_hint')} />
          ) : (
            <Table<Report>
              size="small"
              rowKey="id"
              columns={columns}
              dataSource={reports}
              scroll={{ x: 'max-content' }}
              pagination={reports.length > kRows ? { pageSize: kRows, ...paging } : false}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
