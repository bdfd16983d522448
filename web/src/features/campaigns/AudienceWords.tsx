import { useTranslation } from 'react-i18next';
import type { Audience } from '@/api/types';
import { useWords } from '@/shared/use_words';

/** An audience in words: any of these stages, and any of these cells. */
export function AudienceWords({ audience }: { audience: Audience }) {
  const { t } = useTranslation();
  const word = useWords();
  const stages = (audience.stages ?? []).map((stage) => word('stage', stage)).join(t('list.or'));
  const cells = (audience.cells ?? []).map((cell) => word('cell', cell)).join(t('list.or'));
  return <>{[stages, cells].filter(Boolean).join(t('list.and')) || t('campaign.nobody_chosen')}</>;
}
