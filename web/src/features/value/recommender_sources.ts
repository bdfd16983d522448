import type { RecommenderSource, RecommenderWay } from '@/api/value_types';

/** From which source each way draws. */
export const kSourceOf: Record<Exclude<RecommenderWay, 'blend'>, RecommenderSource> = {
  popular: 'popular',
  popular_in_group: 'group',
  bought_together: 'history',
  factors: 'history',
  interests: 'interests',
  popular_in_place: 'place',
  around: 'referrals',
};
