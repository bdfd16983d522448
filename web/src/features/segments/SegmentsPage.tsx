import { PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Segment } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { People } from '@/shared/People';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useSegments } from '@/shared/use_segments';
import { ListMaker } from './ListMaker';
import { OverlapTable } from './OverlapTable';
import { sentenceOf } from './sentence';
import { useSpeaker } from './use_speaker';

const kMostCompared = 8;

interface RowProps {
  segment: Segment;
  chosen: boolean;
  onChoose: (chosen: boolean) => void;
}

function Row({ segment, chosen, onChoose }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const speaker = useSpeaker();
  const { id, name, definition, computing, error } = segment;
  return (
    <tr>
      <td>
        <Checkbox
          aria-label={t('segment.compare_pick', { name })}
          checked={chosen}
          onChange={({ target }) => onChoose(target.checked)}
        />
      </td>
      <td>
        <Link to={`/segments/${id}`}>{name}</Link>
      </td>
      <td className="quiet">
        {definition ? sentenceOf(speaker, definition.rule) : t('segment.list')}
      </td>
      <td className="num">
        {segment.people === null ? (
          t('segment.computing')
        ) : (
          <People n={segment.people} set={segment.set} />
        )}
      </td>
      <td className="num">
        {error ? <span className="bad">{error}</span> : null}
        {!error && !computing ? format.dateTime(segment.updated_at) : null}
      </td>
    </tr>
  );
}

export default function SegmentsPage() {
  const { t } = useTranslation();
  const query = useSegments({ live: true });
  const mayWrite = useRight('segments.write');
  const [chosen, setChosen] = useState<string[]>([]);
  const [compared, setCompared] = useState<string[]>([]);
  const [listing, setListing] = useState(false);
  return (
    <>
      <PageHead title={t('nav.segments')} lead={t('segment.lead')}>
        <Button
          disabled={chosen.length < 2 || chosen.length > kMostCompared}
          onClick={() => setCompared(chosen)}
        >
          {t('segment.compare')}
        </Button>
        {mayWrite ? (
          <>
            <Button onClick={() => setListing(true)}>{t('segment.new_list')}</Button>
            <LinkButton type="primary" icon={<PlusOutlined />} to="/segments/new">
              {t('segment.new')}
            </LinkButton>
          </>
        ) : null}
      </PageHead>
      <ListMaker open={listing} onClose={() => setListing(false)} />
      <Loaded query={query}>
        {({ segments }) =>
          segments.length === 0 ? (
            <Empty title={t('segment.none')} hint={t('segment.none_hint')} />
          ) : (
            <div className="scroll-x">
              <table className="plain">
                <thead>
                  <tr>
                    <th aria-label={t('segment.compare')} />
                    <th>{t('segment.name')}</th>
                    <th>{t('segment.rule')}</th>
                    <th className="num">{t('segment.people')}</th>
                    <th className="num">{t('segment.edited')}</th>
                  </tr>
                </thead>
                <tbody>
                  {segments.map((segment) => (
                    <Row
                      key={segment.id}
                      segment={segment}
                      chosen={chosen.includes(segment.id)}
                      onChoose={(yes) =>
                        setChosen((all) => [
                          ...all.filter((id) => id !== segment.id),
                          ...(yes ? [segment.id] : []),
                        ])
                      }
                    />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
      {compared.length > 1 ? <OverlapTable ids={compared} /> : null}
    </>
  );
}
