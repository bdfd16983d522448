// Past actions that uplift can be learned from, and how one is asked for.
import { useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';

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
