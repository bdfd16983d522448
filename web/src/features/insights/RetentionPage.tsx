import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { PageHead } from '@/shared/PageHead';
import { PeriodBar, usePeriod } from '@/shared/PeriodBar';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { RateView } from './RateView';
import { TriangleView } from './TriangleView';

const kViews = ['triangle', 'rate'] as const;

export default function RetentionPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress();
  const view = address.word('view', kViews, 'triangle');
  const period = usePeriod();
  return (
    <>
      <PageHead title={t('nav.retention')} lead={t('page.zone', { zone: format.zone })} />
      <Tabs
        activeKey={view}
        onChange={(next) => address.change({ view: next === 'triangle' ? null : next })}
        items={kViews.map((key) => ({ key, label: t(`retention.${key}`) }))}
      />
      <div className="filters">
        <PeriodBar period={period} />
      </div>
      {view === 'triangle' ? <TriangleView period={period} /> : <RateView period={period} />}
    </>
  );
}
