import { Button, Table, Tag, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import type { QuarantineGroup } from '@/api/types';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { ReplayAll } from './ReplayAll';
import type { QuarantineFilter } from './quarantine';

interface Props {
  groups: QuarantineGroup[];
  filter: QuarantineFilter;
  choose: (filter: QuarantineFilter) => void;
}

const isChosen = (one: QuarantineGroup, filter: QuarantineFilter): boolean =>
  one.source === filter.source && one.reason === filter.reason;

/** Sources and reasons with their counts; a row filters the rest of the page. */
export function QuarantineGroups({ groups, filter, choose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: TableColumnsType<QuarantineGroup> = [
    { title: t('data.source'), dataIndex: 'source', key: 'source' },
    {
      title: t('data.reason'),
      key: 'reason',
      render: (_, one) => (
        <>
          {one.where ? <code>{one.where}</code> : null} {one.reason}
        </>
      ),
    },
    {
      title: t('data.count'),
      key: 'count',
      className: 'num',
      render: (_, one) => (
        <Button
          type="link"
          size="small"
          aria-pressed={isChosen(one, filter)}
          onClick={() => choose({ source: one.source, reason: one.reason })}
        >
          {format.count(one.count)}
        </Button>
      ),
    },
    {
      title: t('data.first_seen'),
      key: 'first',
      className: 'num',
      render: (_, one) => format.dateTime(one.first_at),
    },
    {
      title: t('data.last_seen'),
      key: 'last',
      className: 'num',
      render: (_, one) => format.dateTime(one.last_at),
    },
  ];
  const filtered = filter.source !== '' || filter.reason !== '';
  return (
    <Section
      title={t('data.quarantine_why')}
      aside={
        <>
          {filtered ? (
            <Tag closable onClose={() => choose({ source: '', reason: '' })}>
              {[filter.source, filter.reason].filter(Boolean).join(' · ')}
            </Tag>
          ) : null}
          <ReplayAll filter={filter} />
        </>
      }
    >
      <Table<QuarantineGroup>
        size="small"
        rowKey={(one) => `${one.source}|${one.reason}`}
        columns={columns}
        dataSource={groups}
        pagination={groups.length > 10 ? { pageSize: 10, size: 'small' } : false}
        scroll={{ x: 'max-content' }}
      />
    </Section>
  );
}
