import { DownloadOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { api, must } from '@/api/client';
import type { Segment } from '@/api/types';
import { DeleteButton } from '@/shared/DeleteButton';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { People } from '@/shared/People';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useNow } from '@/shared/use_now';
import { ChangesTable } from './ChangesTable';
import { sentenceOf } from './sentence';
import { SizeChart } from './SizeChart';
import './segments.css';
import { useSpeaker } from './use_speaker';
import { WhyBox } from './WhyBox';

const kEveryMs = 3_000;

function Actions({ segment }: { segment: Segment }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayExport = useRight('customers.export');
  const mayWrite = useRight('segments.write');
  const { id, kind, name, set } = segment;
  const freeze = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/segments', {
          body: {
            name: t('segment.frozen_name', { name, day: format.isoDay(now) }),
            kind: 'static',
            announce: false,
            from: { set },
          },
        }),
      ),
    onSuccess: (list) => {
      void client.invalidateQueries({ queryKey: ['segments'] });
      void navigate(`/segments/${list.id}`);
    },
    onError: (error) => message.error(error.message),
  });
  return (
    <>
      {mayExport ? (
        <Button icon={<DownloadOutlined />} href={`/v1/segments/${id}/members.csv`}>
          {t('do.csv')}
        </Button>
      ) : null}
      {mayWrite ? (
        <>
          <Button loading={freeze.isPending} onClick={() => freeze.mutate()}>
            {t('segment.freeze')}
          </Button>
          {kind === 'dynamic' ? (
            <LinkButton to={`/segments/${id}/edit`}>{t('do.edit')}</LinkButton>
          ) : null}
          <DeleteButton
            ask={t('segment.delete_ask', { name })}
            what={t('segment.delete_what')}
            remove={() => must(api.DELETE('/v1/segments/{id}', { params: { path: { id } } }))}
            list={{ query: 'segments', path: '/segments' }}
          />
        </>
      ) : null}
    </>
  );
}

function View({ segment }: { segment: Segment }) {
  const { t } = useTranslation();
  const format = useFormat();
  const speaker = useSpeaker();
  const { id, definition, people, set } = segment;
  return (
    <>
      <PageHead
        title={segment.name}
        lead={definition ? sentenceOf(speaker, definition.rule) : t('segment.list_lead')}
      >
        <Actions segment={segment} />
      </PageHead>
      {segment.error ? <p className="bad">{segment.error}</p> : null}
      <div className="figure">
        {people === null ? t('segment.computing') : <People n={people} set={set} />}
      </div>
      <p className="quiet">
        {t('segment.members_now')}
        {segment.turns_at
          ? ` · ${t('segment.turns_at', { at: format.dateTime(segment.turns_at, true) })}`
          : null}
      </p>
      {segment.used_by?.length ? (
        <p>
          {t('segment.used_by')}{' '}
          {segment.used_by.map((one, i) => (
            <span key={one.id}>
              {i > 0 ? t('list.separator') : null}
              <Link to={`/segments/${one.id}`}>{one.name}</Link>
            </span>
          ))}
        </p>
      ) : null}
      <SizeChart id={id} />
      <div className="grid2">
        <ChangesTable id={id} />
        <WhyBox id={id} />
      </div>
    </>
  );
}

export default function SegmentPage() {
  const { id = '' } = useParams();
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['segment', id],
    queryFn: () => must(api.GET('/v1/segments/{id}', { params: { path: { id } } })),
    refetchInterval: kEveryMs,
  });
  return (
    <Loaded query={query} title={t('nav.segments')}>
      {(segment) => <View segment={segment} />}
    </Loaded>
  );
}
