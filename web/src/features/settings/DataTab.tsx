import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAddress } from '@/shared/use_address';
import { LiveView } from './LiveView';
import { QuarantineView } from './QuarantineView';
import { SchemaView } from './SchemaView';

const kViews = ['live', 'quarantine', 'schema'] as const;

export default function DataTab() {
  const { t } = useTranslation();
  const address = useAddress();
  const view = address.word('view', kViews, 'live');
  return (
    <div className="stack">
      <div>
        <Segmented
          aria-label={t('settings.data')}
          value={view}
          onChange={(next) => address.change({ view: next === 'live' ? null : next })}
          options={kViews.map((value) => ({ value, label: t(`data.${value}`) }))}
        />
      </div>
      {view === 'live' ? <LiveView /> : null}
      {view === 'quarantine' ? <QuarantineView /> : null}
      {view === 'schema' ? <SchemaView /> : null}
    </div>
  );
}
