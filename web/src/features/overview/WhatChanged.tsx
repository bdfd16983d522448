import { useTranslation } from 'react-i18next';
import type { Overview } from '@/api/types';
import { People } from '@/shared/People';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { largestMoves } from './overview';

type Move = Overview['moves'][number];

function MoveWords({ move }: { move: Move }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const show = (value: number) => {
    if (move.measure === 'revenue_minor') return format.money(value, { whole: true });
    if (move.measure.endsWith('_rate')) return format.percent(value);
    return format.count(value);
  };
  const values = {
    measure: word('measure', move.measure),
    change: format.percent(Math.abs(move.change), 0),
    after: show(move.after),
    before: show(move.before),
  };
  const text = move.change > 0 ? t('overview.rose', values) : t('overview.fell', values);
  return (
    <People n={move.after} set={move.set}>
      {text}
    </People>
  );
}

/** The three largest moves of the last full month, in a sentence. */
export function WhatChanged({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const moves = largestMoves(overview.moves);
  if (moves.length === 0) return null;
  return (
    <p className="notice" style={{ marginBottom: 20 }}>
      <b>{t('overview.changed', { month: moves[0]?.month ?? '' })}</b>{' '}
      {moves.map((move, i) => (
        <span key={move.measure}>
          {i > 0 ? t('list.separator') : ''}
          <MoveWords move={move} />
        </span>
      ))}
      {t('list.end')}
    </p>
  );
}
