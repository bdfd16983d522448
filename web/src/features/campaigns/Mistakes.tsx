import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CampaignDraft } from '@/api/types';
import { mistakesIn } from './template';

/** Mistakes in the fields of a message, while one types. */
export function Mistakes({ draft }: { draft: CampaignDraft }) {
  const { t } = useTranslation();
  const parts: ['subject' | 'text' | 'html', string][] = [
    ['subject', draft.subject],
    ['text', draft.text],
    ['html', draft.html ?? ''],
  ];
  const found = parts.flatMap(([part, source]) =>
    mistakesIn(source).map((mistake) => ({ part, ...mistake })),
  );
  return (
    <>
      {found.map((one, i) => (
        <Alert
          key={i}
          style={{ marginTop: 8 }}
          showIcon
          type={one.kind === 'no_fallback' ? 'warning' : 'error'}
          message={
            <>
              {t(`campaign.${one.part}`)}: {t(`campaign.mistake_${one.kind}`, { field: one.field })}
            </>
          }
        />
      ))}
    </>
  );
}
