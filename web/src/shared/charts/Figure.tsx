import { DownloadOutlined } from '@ant-design/icons';
import { Button, Segmented } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { download, type CsvValue } from '../csv';

interface Props {
  title: ReactNode;
  file: string;
  csv: () => CsvValue[][];
  chart: ReactNode;
  table?: ReactNode;
  tools?: ReactNode;
}

/** A chart with its table view and its CSV. Without `table` the table stands beside it anyway. */
export function Figure({ title, file, csv, chart, table, tools }: Props) {
  const { t } = useTranslation();
  const [view, setView] = useState<'chart' | 'table'>('chart');
  return (
    <figure style={{ margin: 0 }}>
      <figcaption className="section-head">
        <h2>{title}</h2>
        <span className="grow" />
        {tools}
        {table ? (
          <Segmented
            size="small"
            aria-label={t('figure.view')}
            value={view}
            onChange={setView}
            options={[
              { value: 'chart', label: t('figure.chart') },
              { value: 'table', label: t('figure.table') },
            ]}
          />
        ) : null}
        <Button size="small" icon={<DownloadOutlined />} onClick={() => download(file, csv())}>
          {t('do.csv')}
        </Button>
      </figcaption>
      {view === 'chart' ? chart : table}
    </figure>
  );
}
