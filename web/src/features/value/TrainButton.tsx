import { ReloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRight } from '@/shared/session';

/** Trains a model again; not there for those who may not. */
export function TrainButton({ busy, train }: { busy: boolean; train: () => void }) {
  const { t } = useTranslation();
  if (!useRight('insights.write')) return null;
  return (
    <Button icon={<ReloadOutlined />} loading={busy} onClick={train}>
      {t(busy ? 'clv.training' : 'clv.train')}
    </Button>
  );
}
