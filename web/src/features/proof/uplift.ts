// Past actions that uplift can be learned from, and how one is asked for.
import { useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import type { OffersWish } from '@/api/value_types';

export interface Action {
  of: string;
  kind: 'campaign' | 'experiment';
  name: string;
  measures: { key: string; name: string }[]; // of an experiment, those that count who did it
}

/** Campaigns that were sent and experiments that began, with a measure of who did something. */
export function useActions() {
  return useQuery({
    queryKey: ['uplift', 'actions'],
    queryFn: async (): Promise<Action[]> => {
      const [campaigns, experiments] = await Promise.all([
        must(api.GET('/v1/campaigns')),
        must(api.GET('/v1/experiments')),
      ]);
      return [
        ...campaigns.campaigns
          .filter(({ started_at }) => started_at)
          .map(({ id, name }) => ({
            of: `campaign:${id}`,
            kind: 'campaign' as const,
            name,
            measures: [],
          })),
        ...experiments.experiments
          .filter(({ started_at }) => started_at)
          .map((one) => ({
            of: `experiment:${one.id}`,
            kind: 'experiment' as const,
            name: one.name || one.key,
            measures: one.measures
              .filter(({ kind }) => kind === 'proportion' || kind === 'retention')
              .map(({ key, name }) => ({ key, name: name ?? '' })),
          }))
          .filter(({ measures }) => measures.length > 0),
      ];
    },
  });
}

export interface Asked {
  of: string;
  days?: number;
  measure?: string;
}

export const upliftQuery = (action: Action, days: number, measure?: string): Asked =>
  action.kind === 'campaign'
    ? { of: action.of, days }
    : { of: action.of, ...(measure ? { measure } : {}) };

export interface OffersForm {
  among: string;
  offers: { of: string; value: number; cost: number; stock?: number | null }[];
  budget?: number | null;
  people?: number | null;
  at_most?: number | null;
  days?: number | null;
}

/** Money of the form is in units, of the wish in minor units; what is left empty is no limit. */
export const offersWish = (form: OffersForm, actions: Action[], unit: number): OffersWish => ({
  among: form.among,
  offers: form.offers.map(({ of, value, cost, stock }) => {
    const measure = actions.find((action) => action.of === of)?.measures[0]?.key;
    return {
      of,
      ...(measure ? { measure } : {}),
      value_minor: Math.round(value * unit),
      cost_minor: Math.round(cost * unit),
      ...(stock != null ? { stock } : {}),
    };
  }),
  ...(form.budget != null ? { budget_minor: Math.round(form.budget * unit) } : {}),
  ...(form.people != null ? { people: form.people } : {}),
  ...(form.at_most != null
    ? { contacts: { at_most: form.at_most, ...(form.days != null ? { days: form.days } : {}) } }
    : {}),
});
