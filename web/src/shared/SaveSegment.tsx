import { FilterOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { Segment } from '@/api/types';
import { ProblemView } from './ProblemView';
import { useRight } from './session';
import { handleOfSet, ruleOfSet } from './set_words';
import { useWords } from './use_words';

const kMostName = 120;

interface Props {
  /** The words of the set whose people are kept. */
  set: string;
  /** What the name begins as. */
  about?: string;
  size?: 'small' | 'middle';
}

/** The rule that holds the people of a set; about a number of an answer the server is asked. */
function useRule(set: string) {
  const handle = handleOfSet(set);
  const own = ruleOfSet(set);
  const { data, isError, isLoading } = useQuery({
    queryKey: ['rule-of-number', handle],
    queryFn: () =>
      must(api.GET('/v1/segments/rule', { params: { query: { handle: handle ?? '' } } })),
    enabled: handle !== null,
    retry: false,
  });
  return {
    definition: own ?? data?.definition ?? null,
    why: data?.why ?? null,
    differs: data?.same_range === false,
    waiting: isLoading && !isError,
  };
}

function Dialog({ set, about = '', onClose }: Props & { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const word = useWords();
  const { definition, why, differs, waiting } = useRule(set);
  const [name, setName] = useState(about.slice(0, kMostName));
  const [chosen, setChosen] = useState<boolean | null>(null);
  const follows = chosen ?? definition !== null;
  const made = (segment: Segment) => {
    void client.invalidateQueries({ queryKey: ['segments'] });
    void message.success(
      <Link to={`/segments/${segment.id}`}>{t('segment.saved', { name: segment.name })}</Link>,
    );
    onClose();
  };
  const save = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/segments', {
          body:
            definition && follows
              ? { name, kind: 'dynamic', announce: true, definition }
              : { name, kind: 'static', announce: true, from: { set } },
        }),
      ),
    onSuccess: made,
  });
  return (
    <Modal
      open
      title={t('segment.save_as')}
      okText={t('do.save')}
      cancelText={t('do.cancel')}
      okButtonProps={{ disabled: !name.trim() || waiting, loading: save.isPending }}
      onOk={() => save.mutate()}
      onCancel={onClose}
    >
      <Form layout="vertical">
        <Form.Item label={t('segment.name')} htmlFor="segment-name">
          <Input
            id="segment-name"
            autoFocus
            maxLength={kMostName}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </Form.Item>
        {definition ? (
          <Radio.Group
            aria-label={t('segment.kind_of')}
            value={follows}
            onChange={({ target }) => setChosen(target.value as boolean)}
          >
            <Radio value={true}>{t('segment.as_rule')}</Radio>
            <Radio value={false}>{t('segment.as_list')}</Radio>
          </Radio.Group>
        ) : waiting ? null : (
          <p className="quiet">
            {t('segment.as_list_hint')} {why ? word('no_rule', why) : null}
          </p>
        )}
        {definition && follows && differs ? (
          <p className="quiet">{t('segment.rule_range')}</p>
        ) : null}
      </Form>
      {save.isError ? <ProblemView error={save.error} /> : null}
    </Modal>
  );
}

/** Keeps the people behind a number as a segment. */
export function SaveSegment({ size = 'middle', ...about }: Props) {
  const { t } = useTranslation();
  const may = useRight('segments.write');
  const [open, setOpen] = useState(false);
  if (!may) return null;
  return (
    <>
      <Button size={size} icon={<FilterOutlined />} onClick={() => setOpen(true)}>
        {t('segment.save_as')}
      </Button>
      {open ? <Dialog {...about} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
