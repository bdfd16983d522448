import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { api, must } from '@/api/client';
import type { ExperimentDraft } from '@/api/types';
import { Fields } from '@/shared/form/Fields';
import { SaveButton } from '@/shared/form/SaveButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { ArmFields } from './ArmFields';
import { emptyDraft, faultsOf, freeKey, toSend } from './draft';
import { MeasureFields } from './MeasureFields';
import { HowFields, WhatFields } from './WhatFields';

function Form({ first, id }: { first: ExperimentDraft; id: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [draft, setDraft] = useState(first);
  const change = (next: Partial<ExperimentDraft>) => setDraft({ ...draft, ...next });
  const save = useMutation({
    mutationFn: () => {
      const body = toSend(draft);
      return id
        ? must(api.PUT('/v1/experiments/{id}', { params: { path: { id } }, body }))
        : must(api.POST('/v1/experiments', { body }));
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['experiments'] });
      void client.invalidateQueries({ queryKey: ['experiment', saved.id] });
      void navigate(`/proof/experiments/${saved.id}`);
    },
  });
  const head = (
    <PageHead title={id ? draft.name : t('proof.new')}>
      <SaveButton save={save}>{t('do.save')}</SaveButton>
    </PageHead>
  );
  return (
    <Fields faults={faultsOf(draft)} error={save.error} head={head}>
      <WhatFields draft={draft} change={change} />
      <Section title={t('proof.arms')}>
        <ArmFields draft={draft} change={setDraft} />
      </Section>
      <Section title={t('proof.measures')}>
        <p className="quiet">{t('proof.measures_hint')}</p>
        {draft.measures.map((measure, i) => (
          <MeasureFields
            key={measure.key}
            at={`measures.${i}`}
            measure={measure}
            change={(next) =>
              change({ measures: draft.measures.map((one, k) => (k === i ? next : one)) })
            }
            remove={
              draft.measures.length > 1
                ? () => change({ measures: draft.measures.filter((_, k) => k !== i) })
                : undefined
            }
          />
        ))}
        <Button
          onClick={() =>
            change({
              measures: [
                ...draft.measures,
                { key: freeKey(draft.measures), kind: 'proportion', of: { event: '' } },
              ],
            })
          }
        >
          {t('proof.add_measure')}
        </Button>
      </Section>
      <HowFields draft={draft} change={change} />
    </Fields>
  );
}

export default function ExperimentFormPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const query = useQuery({
    queryKey: ['experiment', id],
    queryFn: () => must(api.GET('/v1/experiments/{id}', { params: { path: { id } } })),
    enabled: id !== '',
  });
  if (!id) return <Form first={emptyDraft()} id="" />;
  return (
    <Loaded query={query} title={t('nav.experiments')}>
      {(one) => <Form first={one} id={id} />}
    </Loaded>
  );
}
