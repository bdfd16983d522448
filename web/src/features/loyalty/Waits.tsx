import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';

/** Says of an answer that what was asked for waits for a second person, if it does. */
export function Waits({ answer }: { answer: object | undefined }) {
  const { t } = useTranslation();
  if (!answer || !('approval' in answer)) return null;
  return <Alert type="warning" showIcon message={t('approval.waits')} />;
}
