// Gives each person of a segment a code of their own.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, must } from '@/api/client';
import type { CouponBatch, Programme } from '@/api/types';

const kPeopleAtOnce = 500;

/** `done` in percent; what is worth too much waits for a second person. */
export function useIssue(programme: Programme, batch: CouponBatch, segment: string | undefined) {
  const client = useQueryClient();
  const [done, setDone] = useState(0);
  const path = { programme: programme.id, batch: batch.id };
  const issue = useMutation({
    mutationFn: async () => {
      const sum = { issued: 0, skipped: 0, waits: 0 };
      setDone(0);
      // Page by page: who was given a code keeps it, so that a run that was stopped goes on.
      for (let offset = 0; ; offset += kPeopleAtOnce) {
        const { customers, total } = await must(
          api.GET('/v1/customers', {
            params: {
              query: {
                set: `segment:${segment ?? ''}`,
                known: 'all',
                limit: kPeopleAtOnce,
                offset,
              },
            },
          }),
        );
        if (customers.length === 0) return sum;
        const given = await must(
          api.POST('/v1/loyalty/programmes/{programme}/coupons/{batch}/issue', {
            params: { path },
            body: { people: customers.map(({ id }) => id) },
          }),
        );
        if ('approval' in given) {
          sum.waits += customers.length;
        } else {
          sum.issued += given.issued;
          sum.skipped += given.skipped;
        }
        setDone(Math.round(((offset + customers.length) / Math.max(1, total)) * 100));
      }
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['loyalty', programme.id] }),
  });
  return { issue, done };
}
