// What the tiles of a dashboard show: the answers that the server keeps, at once, and newer ones
// when they are asked for.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, must } from '@/api/client';
import type { Dashboard, ReportAnswer } from '@/api/types';
import { newId, stoppable } from '../ask/use_answer';
import { isOld } from './tiles';

/** How often the page looks for answers that the server has made of its own accord. */
const kLook = 20_000;

interface Kept {
  answers: ReportAnswer[];
}

async function askNow(id: string, signal: AbortSignal): Promise<ReportAnswer> {
  const query = newId();
  return stoppable(query, signal, () =>
    must(
      api.POST('/v1/insights/reports/{id}/answer', {
        params: { path: { id } },
        body: { query_id: query },
        signal,
      }),
    ),
  );
}

/** The answers by report, and how to have newer ones; what has no answer yet is asked at once. */
export function useDashboardAnswers(dashboard: Dashboard) {
  const { id, tiles, refresh_minutes: minutes } = dashboard;
  const client = useQueryClient();
  const key = ['dashboard-answers', id];
  const query = useQuery({
    queryKey: key,
    queryFn: () =>
      must(api.GET('/v1/insights/dashboards/{id}/answers', { params: { path: { id } } })),
    staleTime: 0,
    ...(minutes > 0 ? { refetchInterval: kLook } : {}),
  });
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [problems, setProblems] = useState<ReadonlyMap<string, unknown>>(new Map());
  const leaving = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    leaving.current = controller;
    return () => controller.abort();
  }, [id]);

  const refresh = useCallback(
    async (report: string) => {
      setBusy((all) => new Set(all).add(report));
      const problem = await askNow(report, leaving.current.signal).then(
        (made) =>
          void client.setQueryData<Kept>(['dashboard-answers', id], (old) => ({
            answers: [...(old?.answers ?? []).filter((one) => one.report_id !== report), made],
          })),
        (error: unknown) => ({ error }),
      );
      setProblems((all) => {
        const next = new Map(all);
        if (problem) next.set(report, problem.error);
        else next.delete(report);
        return next;
      });
      setBusy((all) => new Set([...all].filter((one) => one !== report)));
    },
    [client, id],
  );

  const reports = [...new Set(tiles.map((tile) => tile.report_id))].sort();
  const kept = query.data?.answers;
  const wanted = kept
    ? reports.filter((report) =>
        isOld(
          kept.find((one) => one.report_id === report),
          minutes,
          Date.now(),
        ),
      )
    : [];
  const first = wanted.join();
  const asked = useRef('');
  useEffect(() => {
    // Once for each visit: what fails is not asked again and again.
    if (!first || asked.current === `${id} ${first}`) return;
    asked.current = `${id} ${first}`;
    for (const report of first.split(',')) void refresh(report);
  }, [id, first, refresh]);

  return {
    query,
    busy,
    problemOf: (report: string) => problems.get(report),
    answerOf: (report: string) => kept?.find((one) => one.report_id === report),
    refreshAll: () => void Promise.all(reports.map(refresh)),
  };
}
export type DashboardAnswers = ReturnType<typeof useDashboardAnswers>;
