import { CloseCircleFilled } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';

/** The sign that empties a box; the button around it takes its name from here. */
export function ClearIcon() {
  const { t } = useTranslation();
  return (
    <span role="img" aria-label={t('do.clear')}>
      <CloseCircleFilled />
    </span>
  );
}
