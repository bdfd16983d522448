import { SearchOutlined } from '@ant-design/icons';
import { AutoComplete, Button, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { kCells } from '@/shared/cells';
import { ClearIcon } from '@/shared/ClearIcon';
import { kStages } from '@/shared/colors';
import { parseSet } from '@/shared/set_words';
import { useAddress } from '@/shared/use_address';
import { useWords } from '@/shared/use_words';
import type { ListQuery } from './query';

/** Search and filters; each change goes into the address and starts again at the first page. */
export function Filters({ query, countries }: { query: ListQuery; countries: string[] }) {
  const { t } = useTranslation();
  const word = useWords();
  const { change } = useAddress();
  const set = parseSet(query.set ?? '');
  const pick = (next: Record<string, string | undefined>) => change({ ...next, page: null });
  const known = [...new Set(countries.filter(Boolean))].sort();
  return (
    <div className="filters">
      <Input.Search
        allowClear={{ clearIcon: <ClearIcon /> }}
        enterButton={<Button icon={<SearchOutlined />} aria-label={t('do.search')} />}
        defaultValue={query.search}
        placeholder={t('customers.search')}
        aria-label={t('customers.search')}
        onSearch={(search) => pick({ search })}
        style={{ width: 300 }}
      />
      <Select
        allowClear
        aria-label={t('customer.stage')}
        placeholder={t('customer.stage')}
        value={set.kind === 'stage' ? set.stage : undefined}
        onChange={(stage: string | undefined) => pick({ set: stage && `stage:${stage}` })}
        options={kStages.map((value) => ({ value, label: word('stage', value) }))}
        style={{ width: 140 }}
      />
      <Select
        allowClear
        aria-label={t('customer.cell')}
        placeholder={t('customer.cell')}
        value={set.kind === 'cell' ? set.cell : undefined}
        onChange={(cell: string | undefined) => pick({ set: cell && `cell:${cell}` })}
        options={kCells.map((value) => ({ value, label: word('cell', value) }))}
        style={{ width: 170 }}
      />
      <AutoComplete
        allowClear
        aria-label={t('customer.country')}
        placeholder={t('customer.country')}
        defaultValue={query.country}
        options={known.map((value) => ({ value }))}
        onSelect={(country: string) => pick({ country })}
        onBlur={(event) => pick({ country: (event.target as HTMLInputElement).value })}
        onClear={() => pick({ country: undefined })}
        style={{ width: 170 }}
      />
      <Select
        aria-label={t('customers.known')}
        value={query.known}
        onChange={(value) => pick({ known: value === 'yes' ? undefined : value })}
        options={[
          { value: 'yes', label: t('customers.known_yes') },
          { value: 'no', label: t('customers.known_no') },
          { value: 'all', label: t('customers.known_all') },
        ]}
        style={{ width: 170 }}
      />
    </div>
  );
}
