// Saved questions and dashboards, as the server keeps them.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import type { Dashboard, DashboardTile, Question, Report } from '@/api/types';

export const useReports = () =>
  useQuery({ queryKey: ['reports'], queryFn: () => must(api.GET('/v1/insights/reports')) });

export const useReport = (id: string | null) =>
  useQuery({
    queryKey: ['reports', id],
    queryFn: () =>
      must(api.GET('/v1/insights/reports/{id}', { params: { path: { id: id ?? '' } } })),
    enabled: id !== null,
  });

export const useDashboards = (enabled = true) =>
  useQuery({
    queryKey: ['dashboards'],
    queryFn: () => must(api.GET('/v1/insights/dashboards')),
    enabled,
  });

export const useDashboard = (id: string) =>
  useQuery({
    queryKey: ['dashboards', id],
    queryFn: () => must(api.GET('/v1/insights/dashboards/{id}', { params: { path: { id } } })),
  });

export interface ReportText {
  name: string;
  description: string;
  question: Question;
}

/** Saves a question: as a change of a report, or as a new one. */
export function useSaveReport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ old, ...body }: ReportText & { old: Report | null }) =>
      old
        ? must(
            api.PUT('/v1/insights/reports/{id}', {
              params: { path: { id: old.id } },
              body: { ...body, version: old.version },
            }),
          )
        : must(api.POST('/v1/insights/reports', { body })),
    onSuccess: (report) => {
      client.setQueryData(['reports', report.id], report);
      void client.invalidateQueries({ queryKey: ['reports'], exact: true });
    },
  });
}

export function useSaveDashboard() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (
      next: Pick<Dashboard, 'id' | 'version' | 'name' | 'tiles' | 'refresh_minutes'>,
    ) => {
      const { id, ...body } = next;
      return must(api.PUT('/v1/insights/dashboards/{id}', { params: { path: { id } }, body }));
    },
    onSuccess: (saved) => {
      client.setQueryData(['dashboards', saved.id], saved);
      void client.invalidateQueries({ queryKey: ['dashboards'], exact: true });
    },
  });
}

export function useNewDashboard() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; tiles?: DashboardTile[] }) =>
      must(api.POST('/v1/insights/dashboards', { body })),
    onSuccess: (made) => {
      client.setQueryData(['dashboards', made.id], made);
      void client.invalidateQueries({ queryKey: ['dashboards'], exact: true });
    },
  });
}
