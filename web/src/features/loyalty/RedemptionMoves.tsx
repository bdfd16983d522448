import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme, Redemption } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { movesOf, type Move } from './moves';

/** What can be done with a redemption next. */
export function RedemptionMoves({ programme, one }: { programme: Programme; one: Redemption }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const client = useQueryClient();
  const move = useMutation({
    mutationFn: (how: Move) =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/redemptions/{redemption}/move', {
          params: { path: { programme: programme.id, redemption: one.id } },
          body: { move: how },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ['loyalty', programme.id] }),
  });
  const button = (how: Move) =>
    how === 'cancel' ? (
      <Popconfirm
        key={how}
        title={t('reward.cancel_ask', { n: format.count(one.points), id: one.person })}
        okText={word('reward_move', how)}
        cancelText={t('do.keep')}
        onConfirm={() => move.mutate(how)}
      >
        <Button size="small" danger>
          {word('reward_move', how)}
        </Button>
      </Popconfirm>
    ) : (
      <Button key={how} size="small" onClick={() => move.mutate(how)}>
        {word('reward_move', how)}
      </Button>
    );
  return (
    <>
      {move.isError ? <ProblemView error={move.error} /> : null}
      <div className="row" style={{ gap: 6 }}>
        {movesOf(one.state).map(button)}
      </div>
    </>
  );
}
