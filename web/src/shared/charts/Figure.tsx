import { DownloadOutlined, PictureOutlined } from '@ant-design/icons';
import type { EChartsOption } from 'echarts';
import { Button, Segmented } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { download, type CsvValue } from '../csv';
import { useThemeName } from '../theme_choice';
import { downloadPng } from './png';

interface Props {
  title: ReactNode;
  file: string;
  csv: () => CsvValue[][];
  chart: ReactNode;
  table?: ReactNode;
  tools?: ReactNode;
  /** The chart as it is drawn when a picture of it is asked for. */
  png?: EChartsOption;
}

/** A chart with its table view and its CSV. Without `table` the table stands beside it anyway. */
export function Figure({ title, file, csv, chart, table, tools, png }: Props) {
  const { t } = useTranslation();
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const theme = useThemeName();
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
        {png ? (
          <Button
            size="small"
            icon={<PictureOutlined />}
            onClick={() =>
              void downloadPng(
                file.replace(/\.csv$/, '.png'),
                typeof title === 'string' ? title : '',
                png,
                theme,
              )
            }
          >
            {t('do.png')}
          </Button>
        ) : null}
      </figcaption>
      {view === 'chart' ? chart : table}
    </figure>
  );
}
