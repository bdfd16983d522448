import { FilterOutlined } from '@ant-design/icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { Segment } from '@/api/types';
import { ProblemView } from './ProblemView';
import { useRight } from './session';
import { ruleOfSet } from './set_words';

const kMostName = 120;

interface Props {
  /** The words of the set whose people are kept. */
  set: string;
  /** What the name begins as. */
  about?: string;
  size?: 'small' | 'middle';
}

function Dialog({ set, about = '', onClose }: Props & { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const definition = ruleOfSet(set);
  const [name, setName] = useState(about.slice(0, kMostName));
  const [follows, setFollows] = useState(definition !== null);
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
      okButtonProps={{ disabled: !name.trim(), loading: save.isPending }}
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
            onChange={({ target }) => setFollows(target.value as boolean)}
          >
            <Radio value={true}>{t('segment.as_rule')}</Radio>
            <Radio value={false}>{t('segment.as_list')}</Radio>
          </Radio.Group>
        ) : (
          <p className="quiet">{t('segment.as_list_hint')}</p>
        )}
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
