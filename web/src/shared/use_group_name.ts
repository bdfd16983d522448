// The words of a group of people ("country:CN", "segment:ID", "tier:high") in the language of the
// console.
import { useTranslation } from 'react-i18next';
import { useSetSentence } from './set_sentence';
import { useSegmentName } from './use_segments';

const kCountry = 'country:';

export function useGroupName(): (group: string) => string {
  const { t } = useTranslation();
  const sentence = useSetSentence();
  const nameOf = useSegmentName();
  return (group) =>
    group.startsWith(kCountry)
      ? t('set.country', { country: group.slice(kCountry.length) })
      : sentence(group, nameOf);
}
