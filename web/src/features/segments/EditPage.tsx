import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { api, must } from '@/api/client';
import type { Segment, SegmentDefinition } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { PreviewPane } from './PreviewPane';
import { isWhole, newLeaf, rootOf } from './rule';
import { RuleEditor } from './RuleEditor';
import { sentenceOf } from './sentence';
import './segments.css';
import { UniversePick } from './UniversePick';
import { useSpeaker } from './use_speaker';
import { WhyBox } from './WhyBox';

const kFresh: SegmentDefinition = { universe: 'known', rule: { all: [newLeaf('did')] } };

function Editor({ segment }: { segment?: Segment }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const speaker = useSpeaker();
  const [name, setName] = useState(segment?.name ?? '');
  const [announce, setAnnounce] = useState(segment?.announce ?? true);
  const [definition, setDefinition] = useState<SegmentDefinition>(segment?.definition ?? kFresh);
  const save = useMutation({
    mutationFn: () =>
      segment
        ? must(
            api.PUT('/v1/segments/{id}', {
              params: { path: { id: segment.id } },
              body: {
                name,
                announce,
                definition,
                description: segment.description,
                version: segment.version,
              },
            }),
          )
        : must(api.POST('/v1/segments', { body: { name, announce, definition, kind: 'dynamic' } })),
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: ['segments'] });
      void client.invalidateQueries({ queryKey: ['segment', id] });
      void navigate(`/segments/${id}`);
    },
  });
  const title = segment ? segment.name : t('segment.new');
  return (
    <>
      <PageHead title={title} lead={sentenceOf(speaker, definition.rule)}>
        <Button
          type="primary"
          disabled={!name.trim() || !isWhole(definition.rule)}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          {t('do.save')}
        </Button>
      </PageHead>
      {save.isError ? <ProblemView error={save.error} /> : null}
      <div className="grid2">
        <div className="builder">
          <Section title={t('segment.name')}>
            <Input
              aria-label={t('segment.name')}
              placeholder={t('segment.name')}
              maxLength={120}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          </Section>
          <Section title={t('segment.universe')}>
            <UniversePick
              self={segment?.id}
              value={definition.universe}
              onChange={(universe) => setDefinition({ ...definition, universe })}
            />
          </Section>
          <Section title={t('segment.rule')}>
            <RuleEditor
              self={segment?.id}
              value={rootOf(definition.rule)}
              onChange={(rule) => setDefinition({ ...definition, rule })}
            />
          </Section>
          <Checkbox checked={announce} onChange={({ target }) => setAnnounce(target.checked)}>
            {t('segment.announce')}
          </Checkbox>
        </div>
        <div>
          <Section title={t('segment.people')}>
            <PreviewPane definition={definition} />
          </Section>
          <WhyBox definition={definition} />
        </div>
      </div>
    </>
  );
}

function Existing({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['segment', id],
    queryFn: () => must(api.GET('/v1/segments/{id}', { params: { path: { id } } })),
    refetchOnWindowFocus: false,
  });
  return (
    <Loaded query={query}>{(segment) => <Editor key={segment.id} segment={segment} />}</Loaded>
  );
}

export default function EditPage() {
  const { id } = useParams();
  return id ? <Existing id={id} /> : <Editor />;
}
