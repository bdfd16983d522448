import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Steps } from 'antd';
import { useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { CampaignDraft } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { useAddress } from '@/shared/use_address';
import { kSteps, lacking } from './draft';
import { ProofStep } from './ProofStep';
import { useAudienceCount } from './audience_count';
import { WhatStep } from './WhatStep';
import { WhenStep } from './WhenStep';
import { WhoStep } from './WhoStep';

export interface StepProps {
  draft: CampaignDraft;
  change: (part: Partial<CampaignDraft>) => void;
}

/**
 * Saves the draft and gives its id. The first time creates it; the next waits for that, so that
 * one draft never becomes two.
 */
function useSave(known: string | undefined, created: ((id: string) => void) | undefined) {
  const client = useQueryClient();
  const made = useRef(known);
  return useMutation({
    scope: { id: useId() },
    mutationFn: async (draft: CampaignDraft) => {
      const id = made.current;
      const saved = id
        ? await must(api.PUT('/v1/campaigns/{id}', { params: { path: { id } }, body: draft }))
        : await must(api.POST('/v1/campaigns', { body: draft }));
      made.current = saved.id;
      client.setQueryData(['campaign', saved.id], saved);
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      if (!id) created?.(saved.id);
      return saved.id;
    },
  });
}

interface Props {
  start: CampaignDraft;
  id?: string;
  created?: (id: string) => void;
}

/** Who, what, when, proof. */
export function Composer({ start, id, created }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const address = useAddress();
  const step = address.word('step', kSteps, 'who');
  const at = kSteps.indexOf(step);
  const [draft, setDraft] = useState(start);
  const save = useSave(id, created);
  const count = useAudienceCount(draft.audience, draft.hold_out_percent);
  const change = (part: Partial<CampaignDraft>) => setDraft((old) => ({ ...old, ...part }));
  const missing = lacking(draft);
  const go = (to: number) => address.change({ step: kSteps[to] ?? 'who' });
  const keep = () =>
    save.mutate(draft, { onSuccess: () => void message.success(t('campaign.saved')) });
  return (
    <div className="stack">
      <Steps
        size="small"
        current={at}
        onChange={go}
        items={kSteps.map((key, i) => ({
          title: t(`campaign.step_${key}`),
          status:
            i === at
              ? 'process'
              : missing.includes(key)
                ? i < at
                  ? 'error'
                  : 'wait'
                : i < at
                  ? 'finish'
                  : 'wait',
        }))}
      />
      {step === 'who' ? <WhoStep draft={draft} change={change} count={count} /> : null}
      {step === 'what' ? (
        <WhatStep draft={draft} change={change} save={() => save.mutateAsync(draft)} />
      ) : null}
      {step === 'when' ? <WhenStep draft={draft} change={change} /> : null}
      {step === 'proof' ? (
        <ProofStep
          draft={draft}
          change={change}
          count={count}
          missing={missing}
          save={() => save.mutateAsync(draft)}
        />
      ) : null}
      {save.isError ? <ProblemView error={save.error} /> : null}
      <div className="row" style={{ borderTop: '1px solid var(--line)', paddingTop: 16 }}>
        <Button disabled={at === 0} onClick={() => go(at - 1)}>
          {t('do.back')}
        </Button>
        {at < kSteps.length - 1 ? (
          <Button type="primary" onClick={() => go(at + 1)}>
            {t('campaign.next', { step: t(`campaign.step_${kSteps[at + 1] ?? 'proof'}`) })}
          </Button>
        ) : null}
        <span className="grow" />
        <Button loading={save.isPending} disabled={!draft.name.trim()} onClick={keep}>
          {t('campaign.save')}
        </Button>
      </div>
    </div>
  );
}
