import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { api, must } from '@/api/client';
import type { Experiment } from '@/api/types';
import { DeleteButton } from '@/shared/DeleteButton';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { HowToCall } from './HowToCall';
import { ResultBody } from './ResultBody';

function Actions({ one }: { one: Experiment }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const path = { params: { path: { id: one.id } } };
  const act = useMutation({
    mutationFn: () =>
      one.state === 'draft'
        ? must(api.POST('/v1/experiments/{id}/start', path))
        : must(api.POST('/v1/experiments/{id}/stop', { ...path, body: {} })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['experiment', one.id] });
      void client.invalidateQueries({ queryKey: ['experiments'] });
    },
    onError: (error) => message.error(error.message),
  });
  if (one.state === 'stopped') return null;
  const verb = one.state === 'draft' ? 'start' : 'stop';
  return (
    <>
      {one.state === 'draft' ? (
        <>
          <LinkButton to={`/proof/experiments/${one.id}/edit`}>{t('do.edit')}</LinkButton>
          <DeleteButton
            ask={t('proof.delete_ask', { name: one.name })}
            remove={() => must(api.DELETE('/v1/experiments/{id}', path))}
            list={{ query: 'experiments', path: '/proof/experiments' }}
          />
        </>
      ) : null}
      <Popconfirm
        title={t(`proof.${verb}_ask`, { name: one.name })}
        description={t(`proof.${verb}_what`)}
        okText={t(`proof.${verb}`)}
        cancelText={t('do.cancel')}
        onConfirm={() => act.mutate()}
      >
        <Button type={verb === 'start' ? 'primary' : 'default'} loading={act.isPending}>
          {t(`proof.${verb}`)}
        </Button>
      </Popconfirm>
    </>
  );
}

function Result({ one }: { one: Experiment }) {
  const query = useQuery({
    queryKey: ['experiment', one.id, 'result'],
    queryFn: () =>
      must(api.GET('/v1/experiments/{id}/result', { params: { path: { id: one.id } } })),
  });
  return (
    <Loaded query={query} rows={10}>
      {(result) => <ResultBody result={result} />}
    </Loaded>
  );
}

export default function ExperimentPage() {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const mayWrite = useRight('campaigns.write');
  const { id = '' } = useParams();
  const query = useQuery({
    queryKey: ['experiment', id],
    queryFn: () => must(api.GET('/v1/experiments/{id}', { params: { path: { id } } })),
  });
  return (
    <Loaded query={query} rows={10} title={t('nav.experiments')}>
      {(one) => (
        <>
          <PageHead
            title={one.name}
            lead={
              <>
                {word('experiment_state', one.state)}
                {one.started_at ? ` · ${format.dateTime(one.started_at)} (${format.zone})` : ''}
                {one.hypothesis ? ` · ${one.hypothesis}` : ''}
              </>
            }
          >
            {mayWrite ? <Actions one={one} /> : null}
          </PageHead>
          {one.state === 'draft' ? (
            <Empty title={t('proof.not_started')} hint={t('proof.not_started_hint')} />
          ) : (
            <Result one={one} />
          )}
          {one.state === 'stopped' ? null : (
            <div style={{ marginTop: 24 }}>
              <HowToCall experiment={one} />
            </div>
          )}
        </>
      )}
    </Loaded>
  );
}
