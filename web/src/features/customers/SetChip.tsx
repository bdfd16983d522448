import { CloseOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Mark } from '@/shared/Mark';
import { useRight } from '@/shared/session';
import { useSetSentence } from '@/shared/set_sentence';
import { parseSet } from '@/shared/set_words';
import { useAddress } from '@/shared/use_address';
import { useSegmentName } from '@/shared/use_segments';

/** The name of the campaign or segment that a set speaks of. */
function useNameIn(set: string): (id: string) => string {
  const parsed = parseSet(set);
  const segmentName = useSegmentName(parsed.kind === 'segment');
  const id = 'campaign' in parsed ? parsed.campaign : '';
  const may = useRight('campaigns.read');
  const { data } = useQuery({
    queryKey: ['campaign', id],
    queryFn: () => must(api.GET('/v1/campaigns/{id}', { params: { path: { id } } })),
    enabled: id !== '' && may,
  });
  if (parsed.kind === 'segment') return segmentName;
  return (asked) => (data && data.id === asked ? data.name : asked);
}

/** Whom the list is about, in words; taking it away shows everybody. */
export function SetChip({ set }: { set: string }) {
  const { t } = useTranslation();
  const sentence = useSetSentence();
  const name = useNameIn(set);
  const address = useAddress();
  return (
    <Mark kind="good">
      {sentence(set, name)}{' '}
      <Button
        type="text"
        size="small"
        aria-label={t('do.remove_filter')}
        icon={<CloseOutlined />}
        onClick={() => address.change({ set: null, page: null })}
      />
    </Mark>
  );
}
