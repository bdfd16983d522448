// What can be done with a redemption next.
import type { Redemption } from '@/api/types';

export type Move = 'confirm' | 'ship' | 'fulfil' | 'cancel';

const kMoves: Record<Redemption['state'], readonly Move[]> = {
  reserved: ['confirm', 'cancel'],
  ordered: ['ship', 'fulfil', 'cancel'],
  shipped: ['fulfil', 'cancel'],
  fulfilled: ['cancel'],
  cancelled: [],
  lapsed: [],
};

export const movesOf = (state: Redemption['state']): readonly Move[] => kMoves[state];
