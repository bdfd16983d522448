import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Import } from '@/api/types';
import { clockTime } from '@/shared/format';
import { LinkButton } from '@/shared/LinkButton';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { shareDone } from './mapping';

/** How far it is, how fast, how long still; stop and go on. */
export function ProgressView({ one }: { one: Import }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const mayWrite = useRight('imports.write');
  const { progress, state } = one;
  const params = { path: { id: one.id } };
  const act = useMutation({
    mutationFn: (what: 'cancel' | 'resume') =>
      what === 'cancel'
        ? must(api.POST('/v1/imports/{id}/cancel', { params }))
        : must(api.POST('/v1/imports/{id}/start', { params, body: one.mapping })),
    onSuccess: (next) => client.setQueryData(['import', one.id], next),
  });
  const facts: [string, string][] = [
    [t('import.rows'), format.count(progress.rows)],
    [t('import.stored'), format.count(progress.stored)],
    [t('import.duplicates'), format.count(progress.duplicates)],
    [t('import.left_out'), format.count(progress.left_out)],
    [t('import.anonymous'), format.count(progress.anonymous ?? 0)],
    [t('import.rejected'), format.count(progress.rejected)],
    [
      t('import.rate'),
      t('import.rate_value', { n: format.count(Math.round(progress.rows_per_second)) }),
    ],
  ];
  if (state === 'running') facts.push([t('import.seconds_left'), clockTime(progress.seconds_left)]);
  const status =
    state === 'done'
      ? 'success'
      : state === 'failed'
        ? 'exception'
        : state === 'running'
          ? 'active'
          : 'normal';
  return (
    <section aria-live="polite">
      <Progress
        percent={Math.floor(shareDone(progress) * 1000) / 10}
        status={status}
        aria-label={t('import.progress')}
      />
      <dl className="facts" style={{ marginTop: 12 }}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="row" style={{ marginTop: 16 }}>
        {mayWrite && state === 'running' ? (
          <Button loading={act.isPending} onClick={() => act.mutate('cancel')}>
            {t('import.stop')}
          </Button>
        ) : null}
        {mayWrite && (state === 'cancelled' || state === 'failed') ? (
          <Button type="primary" loading={act.isPending} onClick={() => act.mutate('resume')}>
            {t('import.resume')}
          </Button>
        ) : null}
        {progress.rejected > 0 ? (
          <Button href={`/v1/imports/${one.id}/rejects`}>
            {t('import.rejects', { n: format.count(progress.rejected) })}
          </Button>
        ) : null}
        {state === 'done' ? (
          <>
            <LinkButton type="primary" to="/">
              {t('import.to_overview')}
            </LinkButton>
            <LinkButton to="/customers">{t('nav.customers')}</LinkButton>
          </>
        ) : null}
      </div>
      {act.isError ? <ProblemView error={act.error} /> : null}
    </section>
  );
}
