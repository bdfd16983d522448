import { Pagination } from 'antd';
import { usePaging } from '@/shared/use_paging';

interface Props {
  page: number;
  size: number;
  total: number;
  onChange: (page: number) => void;
}

/** Below a list of more than one page. */
export function Pages({ page, size, total, onChange }: Props) {
  const paging = usePaging();
  if (total <= size) return null;
  return (
    <Pagination
      {...paging}
      size="small"
      current={page}
      pageSize={size}
      total={total}
      onChange={onChange}
    />
  );
}
