import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** What is seldom wanted: folded, unless something in it is set. */
export function More({ set, children }: { set: boolean; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <details className="more" open={set}>
      <summary className="quiet small">{t('ask.more')}</summary>
      {children}
    </details>
  );
}
