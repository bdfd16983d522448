import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { kStages } from '@/shared/colors';
import { useSegments } from '@/shared/use_segments';
import { useWords } from '@/shared/use_words';

interface Props {
  value?: string; // given by the form
  onChange?: (set: string) => void;
  id?: string;
}

/** Whom to choose from: a stage of life or a saved segment. */
export function AmongSelect(props: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const segments = useSegments();
  return (
    <Select
      {...props}
      style={{ width: 240 }}
      options={[
        ...kStages.map((stage) => ({
          value: `stage:${stage}`,
          label: t('uplift.stage', { stage: word('stage', stage) }),
        })),
        ...(segments.data?.segments ?? []).map(({ id, name }) => ({
          value: `segment:${id}`,
          label: t('uplift.segment', { name }),
        })),
      ]}
    />
  );
}
