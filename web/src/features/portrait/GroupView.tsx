import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { People } from '@/shared/People';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useSegments } from '@/shared/use_segments';
import { useSetSentence } from '@/shared/set_sentence';
import { useWords } from '@/shared/use_words';
import { TagFigure } from './TagFigure';

const kStages = ['prospect', 'new', 'active', 'loyal', 'silent', 'churned'] as const;
const kPreset = 'stage:loyal';

/** A group of people against everybody, tag by tag. */
export function GroupView({ version }: { version: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const address = useAddress();
  const sentence = useSetSentence();
  const segments = useSegments();
  const set = address.text('set') || kPreset;
  const groups = [
    {
      label: t('portrait.stages'),
      options: kStages.map((stage) => ({ value: `stage:${stage}`, label: word('stage', stage) })),
    },
    {
      label: t('portrait.segments'),
      options: (segments.data?.segments ?? []).map(({ id, name }) => ({
        value: `segment:${id}`,
        label: name,
      })),
    },
  ].filter(({ options }) => options.length > 0);
  const known = groups.some(({ options }) => options.some(({ value }) => value === set));
  const query = useQuery({
    queryKey: ['portrait', 'group', set, version],
    queryFn: () => must(api.GET('/v1/portrait/group', { params: { query: { set } } })),
  });
  return (
    <>
      <Select
        aria-label={t('portrait.group')}
        style={{ width: 320, maxWidth: '100%', marginBottom: 12 }}
        showSearch
        optionFilterProp="label"
        value={set}
        onChange={(next) => address.change({ set: next === kPreset ? null : next })}
        options={
          known
            ? groups
            : [
                { label: t('portrait.group'), options: [{ value: set, label: sentence(set) }] },
                ...groups,
              ]
        }
      />
      <Loaded query={query} rows={12}>
        {(group) => (
          <>
            <p>
              <b>
                <People n={group.people} set={group.people > 0 ? group.set : undefined}>
                  {t('portrait.people', { count: group.people, n: format.count(group.people) })}
                </People>
              </b>{' '}
              <span className="quiet">{t('portrait.how')}</span>
            </p>
            {group.tags.map((tag) => (
              <TagFigure key={tag.tag} tag={tag} />
            ))}
          </>
        )}
      </Loaded>
    </>
  );
}
