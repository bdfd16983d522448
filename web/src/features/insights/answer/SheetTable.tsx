import { Table, type TableColumnsType } from 'antd';
import { usePaging } from '@/shared/use_paging';
import { Behind } from '../people/Behind';
import { aboutOf, type Cell, type Sheet } from './sheet';

const kRows = 50;
interface Row {
  key: number;
  cells: Cell[];
}

/** The table of an answer; its numbers open the people behind them. */
export function SheetTable({ sheet, label }: { sheet: Sheet; label: string }) {
  const paging = usePaging();
  const columns: TableColumnsType<Row> = sheet.columns.map((column, i) => ({
    title: column.title,
    key: column.key,
    ...(column.num ? { className: 'num' } : {}),
    ...(i === 0 ? { fixed: 'left' as const } : {}),
    render: (_: unknown, row: Row) => {
      const cell = row.cells[i];
      return cell ? (
        <Behind people={cell.people} about={aboutOf(sheet, row.cells, i)}>
          {cell.text}
        </Behind>
      ) : null;
    },
  }));
  return (
    <Table<Row>
      size="small"
      aria-label={label}
      columns={columns}
      dataSource={sheet.rows.map((cells, key) => ({ key, cells }))}
      scroll={{ x: 'max-content' }}
      pagination={sheet.rows.length > kRows ? { pageSize: kRows, ...paging } : false}
    />
  );
}
