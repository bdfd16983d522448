import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { api, must } from '@/api/client';
import type { HoldOut } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { ResultBody } from './ResultBody';

function End({ one }: { one: HoldOut }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const act = useMutation({
    mutationFn: () =>
      must(api.POST('/v1/hold-outs/{id}/end', { params: { path: { id: one.id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['hold-outs'] }),
    onError: (error) => message.error(error.message),
  });
  return (
    <Popconfirm
      title={t('hold_out.end_ask', { name: one.name })}
      description={t('hold_out.end_what')}
      okText={t('hold_out.end')}
      cancelText={t('do.cancel')}
      onConfirm={() => act.mutate()}
    >
      <Button loading={act.isPending}>{t('hold_out.end')}</Button>
    </Popconfirm>
  );
}

export default function HoldOutPage() {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const mayWrite = useRight('campaigns.write');
  const { id = '' } = useParams();
  const all = useQuery({ queryKey: ['hold-outs'], queryFn: () => must(api.GET('/v1/hold-outs')) });
  const one = all.data?.hold_outs.find((each) => each.id === id);
  const query = useQuery({
    queryKey: ['hold-out', id, 'result'],
    queryFn: () => must(api.GET('/v1/hold-outs/{id}/result', { params: { path: { id } } })),
  });
  return (
    <>
      <PageHead
        title={one?.name ?? t('nav.hold_outs')}
        lead={
          one
            ? [
                word('hold_out_scope', one.scope),
                format.percent(one.percent / 100, 1),
                `${format.dateTime(one.started_at)} (${format.zone})`,
              ].join(' · ')
            : null
        }
      >
        {one && !one.ended_at && mayWrite ? <End one={one} /> : null}
      </PageHead>
      <Loaded query={query} rows={10}>
        {(result) => <ResultBody result={result} />}
      </Loaded>
    </>
  );
}
