// News of an open customer file by server-sent events. What is told is that there is something new;
// the page then reads it. A tab that nobody sees holds no connection: browsers open few of them to
// one server.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

export const kFileQueries = ['customer', 'timeline', 'orders', 'identity', 'desk'] as const;
// After a connection that the server refused, or a proxy that lets no events through.
const kTryAgainMs = 30_000;

/** True while news come by themselves; while false, the page asks from time to time. */
export function useLive(id: number): boolean {
  const client = useQueryClient();
  const [live, setLive] = useState(false);
  useEffect(() => {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const readAgain = () => {
      for (const key of kFileQueries) void client.invalidateQueries({ queryKey: [key] });
    };
    const close = () => {
      source?.close();
      source = undefined;
      clearTimeout(retry);
      setLive(false);
    };
    const open = (missed: boolean) => {
      if (source || document.hidden || typeof EventSource === 'undefined') return;
      source = new EventSource(`/v1/customers/${id}/live`);
      source.addEventListener('ready', () => {
        setLive(true);
        if (missed) readAgain();
        missed = false;
      });
      source.addEventListener('changed', () => {
        setLive(true);
        readAgain();
      });
      source.onerror = () => {
        setLive(false);
        // The browser connects again by itself unless it was refused.
        if (source?.readyState !== EventSource.CLOSED) return;
        close();
        retry = setTimeout(() => open(true), kTryAgainMs);
      };
    };
    const turn = () => (document.hidden ? close() : open(true));
    open(false);
    document.addEventListener('visibilitychange', turn);
    return () => {
      document.removeEventListener('visibilitychange', turn);
      close();
    };
  }, [client, id]);
  return live;
}
