import { DownloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Rfm } from '@/api/value_types';
import { download } from '@/shared/csv';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { Breaks } from './Breaks';
import { CellsTable } from './CellsTable';
import { CutsForm } from './CutsForm';
import { MovesTable } from './MovesTable';
import { RfmGrid } from './RfmGrid';
import { TiersTable } from './TiersTable';

const kViews = ['rfm', 'rf'] as const;
const kBack = [1, 3, 6, 12];
const kPreset = 3; // months

function Answer({ rfm }: { rfm: Rfm }) {
  const { t } = useTranslation();
  const address = useAddress();
  const view = address.word('view', kViews, 'rfm');
  if (rfm.customers === 0) {
    return (
      <Empty
        title={t('insight.no_orders')}
        hint={t('insight.no_orders_hint')}
        action={<LinkButton to="/imports">{t('nav.imports')}</LinkButton>}
      />
    );
  }
  return (
    <>
      <Section
        title={t('rfm.grid')}
        aside={
          <Segmented
            size="small"
            aria-label={t('figure.view')}
            value={view}
            onChange={(next) => address.change({ view: next === 'rfm' ? null : next })}
            options={kViews.map((value) => ({ value, label: t(`rfm.view_${value}`) }))}
          />
        }
      >
        <RfmGrid rfm={rfm} view={view} />
      </Section>
      <Section
        title={t('rfm.cells')}
        aside={
          <Button
            size="small"
            icon={<DownloadOutlined />}
            onClick={() =>
              download('rfm-cells.csv', [
                [
                  'cell',
                  'people',
                  'share',
                  'orders',
                  'revenue_minor',
                  'currency',
                  'median_recency_days',
                ],
                ...rfm.cells.map((one) => [
                  one.cell,
                  one.people,
                  one.share,
                  one.orders,
                  one.revenue_minor,
                  rfm.currency,
                  one.median_recency_days,
                ]),
              ])
            }
          >
            {t('do.csv')}
          </Button>
        }
      >
        <CellsTable rfm={rfm} />
      </Section>
      <div className="grid2">
        <Section title={t('rfm.tiers')}>
          <TiersTable rfm={rfm} />
        </Section>
        <Section
          title={t('rfm.moves')}
          aside={
            <Select
              size="small"
              aria-label={t('rfm.moves')}
              value={rfm.moved_months}
              options={kBack.map((value) => ({ value, label: t('rfm.back', { count: value }) }))}
              onChange={(back) => address.change({ back: back === kPreset ? null : back })}
            />
          }
        >
          <MovesTable rfm={rfm} />
        </Section>
      </div>
      <Section title={t('rfm.breaks')}>
        <Breaks rfm={rfm} />
      </Section>
      <Section title={t('rules.title')}>
        <CutsForm rfm={rfm} />
      </Section>
    </>
  );
}

export default function RfmPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const back = useAddress().number('back', kPreset);
  const query = useQuery({
    queryKey: ['rfm', back],
    queryFn: () => must(api.GET('/v1/value/rfm', { params: { query: { back } } })),
  });
  const lead = query.data
    ? t('rfm.lead', {
        n: format.count(query.data.customers),
        at: format.dateTime(query.data.as_of),
        zone: format.zone,
      })
    : undefined;
  return (
    <>
      <PageHead title={t('nav.rfm')} lead={lead} />
      <Loaded query={query} rows={12}>
        {(rfm) => <Answer rfm={rfm} />}
      </Loaded>
    </>
  );
}
