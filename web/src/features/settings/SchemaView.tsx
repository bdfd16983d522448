import { useQuery } from '@tanstack/react-query';
import { Table, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { EventSchema } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { useFormat } from '@/shared/use_format';

/** The properties of one event, asked for when its row is opened. */
function Properties({ event }: { event: EventSchema }) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({
    queryKey: ['schema', event.type, event.name],
    queryFn: () =>
      must(
        api.GET('/v1/schema/event', { params: { query: { type: event.type, name: event.name } } }),
      ),
  });
  return (
    <Loaded query={query} rows={3}>
      {({ properties = [] }) => (
        <table className="plain">
          <thead>
            <tr>
              <th>{t('data.property')}</th>
              <th>{t('data.types')}</th>
              <th className="num">{t('data.count')}</th>
              <th className="num">{t('data.last_seen')}</th>
            </tr>
          </thead>
          <tbody>
            {properties.map((one) => (
              <tr key={one.name}>
                <td>{one.name}</td>
                <td>{one.types.join(', ')}</td>
                <td className="num">{format.count(one.count)}</td>
                <td className="num">{format.dateTime(one.last_seen)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Loaded>
  );
}

/** Which events exist, how many, first and last seen. */
export function SchemaView() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({ queryKey: ['schema'], queryFn: () => must(api.GET('/v1/schema')) });
  const columns: TableColumnsType<EventSchema> = [
    { title: t('data.event'), key: 'name', render: (_, one) => one.name || one.type },
    { title: t('data.type'), dataIndex: 'type', key: 'type' },
    {
      title: t('data.count'),
      key: 'count',
      className: 'num',
      sorter: (a, b) => a.count - b.count,
      render: (_, one) => format.count(one.count),
    },
    {
      title: t('data.first_seen'),
      key: 'first',
      className: 'num',
      render: (_, one) => format.dateTime(one.first_seen),
    },
    {
      title: t('data.last_seen'),
      key: 'last',
      className: 'num',
      render: (_, one) => format.dateTime(one.last_seen),
    },
  ];
  return (
    <Loaded query={query}>
      {({ events }) => (
        <Table<EventSchema>
          size="small"
          rowKey={(one) => `${one.type}:${one.name}`}
          columns={columns}
          dataSource={events}
          pagination={false}
          expandable={{ expandedRowRender: (one) => <Properties event={one} /> }}
        />
      )}
    </Loaded>
  );
}
