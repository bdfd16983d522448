import { useQuery } from '@tanstack/react-query';
import { Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Goal } from '@/api/types';
import type { GoalReads } from '@/api/value_types';
import { useEventNames } from '@/shared/use_event_names';
import { isSaid } from './goal';

interface Props {
  measure: Goal['measure'];
  reads: GoalReads;
  setReads: (next: GoalReads) => void;
  holdOut: string;
  setHoldOut: (next: string) => void;
}

/** Which events a goal of what people say reads, and the hold-out that stands beside it. */
export function GoalExtras({ measure, reads, setReads, holdOut, setHoldOut }: Props) {
  const { t } = useTranslation();
  const names = useEventNames('');
  const holdOuts = useQuery({
    queryKey: ['hold-outs'],
    queryFn: () => must(api.GET('/v1/hold-outs')),
  });
  const text = (label: string, value: string, set: (next: string) => void, width: number) => (
    <Input
      aria-label={label}
      placeholder={label}
      value={value}
      maxLength={200}
      onChange={(event) => set(event.target.value)}
      style={{ width }}
    />
  );
  return (
    <div className="row" style={{ flexWrap: 'wrap', marginTop: 8 }}>
      <Select
        aria-label={t('goal.hold_out')}
        value={holdOut}
        onChange={setHoldOut}
        options={[
          { value: '', label: t('goal.hold_out_none') },
          ...(holdOuts.data?.hold_outs ?? []).map((one) => ({ value: one.id, label: one.name })),
        ]}
        style={{ minWidth: 200 }}
      />
      {isSaid(measure) ? (
        <Select
          mode="tags"
          aria-label={t('goal.reads_events')}
          placeholder={t('goal.reads_events')}
          value={[...(reads.events ?? [])]}
          maxCount={16}
          onChange={(events) => setReads({ ...reads, events })}
          options={(names.data?.events ?? []).map(({ name }) => ({ value: name, label: name }))}
          style={{ minWidth: 280 }}
        />
      ) : null}
      {measure === 'nps' ? (
        <>
          {text(
            t('goal.reads_score'),
            reads.score ?? '',
            (score) => setReads({ ...reads, score }),
            180,
          )}
          {text(
            t('goal.reads_kind'),
            reads.kind ?? 'nps',
            (kind) => setReads({ ...reads, kind }),
            200,
          )}
        </>
      ) : null}
    </div>
  );
}
