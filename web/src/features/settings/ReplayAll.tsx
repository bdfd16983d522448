import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import type { QuarantineFilter } from './quarantine';

/** Tries all entries of a filter again, 500 at a time, and tells how far it is. */
export function ReplayAll({ filter }: { filter: QuarantineFilter }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { message } = App.useApp();
  const client = useQueryClient();
  const mayMend = useRight('imports.write');
  const [tried, setTried] = useState(0);
  const act = useMutation({
    mutationFn: async () => {
      const sum = { taken: 0, still_bad: 0 };
      for (let after = 0, more = true; more;) {
        const one = await must(api.POST('/v1/quarantine/replay', { body: { ...filter, after } }));
        sum.taken += one.entries;
        sum.still_bad += one.still_bad;
        setTried(sum.taken + sum.still_bad);
        ({ last_id: after, more } = one);
      }
      return sum;
    },
    onSuccess: (sum) =>
      void message.info(
        t('data.replayed_all', {
          taken: format.count(sum.taken),
          bad: format.count(sum.still_bad),
        }),
      ),
    onError: (error) => void message.error(error.message),
    onSettled: () => {
      setTried(0);
      void client.invalidateQueries({ queryKey: ['quarantine'] });
    },
  });
  const discard = useMutation({
    mutationFn: () => must(api.POST('/v1/quarantine/discard', { body: filter })),
    onError: (error) => void message.error(error.message),
    onSettled: () => void client.invalidateQueries({ queryKey: ['quarantine'] }),
  });
  if (!mayMend) return null;
  return (
    <>
      <Popconfirm
        title={t('data.replay_all_ask')}
        okText={t('data.replay_all')}
        cancelText={t('do.cancel')}
        onConfirm={() => act.mutate()}
      >
        <Button size="small" loading={act.isPending}>
          {act.isPending && tried > 0 ? format.count(tried) : t('data.replay_all')}
        </Button>
      </Popconfirm>
      {filter.reason ? (
        <Popconfirm
          title={t('data.discard_all_ask')}
          okText={t('data.discard')}
          cancelText={t('do.keep')}
          onConfirm={() => discard.mutate()}
        >
          <Button size="small" danger loading={discard.isPending}>
            {t('data.discard')}
          </Button>
        </Popconfirm>
      ) : null}
    </>
  );
}
