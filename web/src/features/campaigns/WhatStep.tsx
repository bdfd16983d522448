import { Button, Input, Tabs, type InputRef } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useWords } from '@/shared/use_words';
import type { StepProps } from './Composer';
import { lacking, previewSet } from './draft';
import { Mistakes } from './Mistakes';
import { PreviewView } from './PreviewView';
import { insertField, kFields } from './template';

type Part = 'subject' | 'text' | 'html';
type Box = {
  selectionStart: number | null;
  selectionEnd: number | null;
  focus: () => void;
  setSelectionRange: (from: number, to: number) => void;
};

/** Buttons that put a field with a fallback where the caret stands. */
function FieldButtons({ insert }: { insert: (field: string, fallback: string) => void }) {
  const { t } = useTranslation();
  const word = useWords();
  const fallbacks: Record<string, string> = {
    name: t('campaign.fallback_name'),
    first_name: t('campaign.fallback_name'),
    country: t('campaign.fallback_country'),
  };
  return (
    <div className="row" style={{ gap: 4, margin: '8px 0' }}>
      <span className="quiet small">{t('campaign.insert')}</span>
      {kFields.map((field) => (
        <Button key={field} size="small" onClick={() => insert(field, fallbacks[field] ?? '')}>
          {word('field', field)}
        </Button>
      ))}
    </div>
  );
}

export function WhatStep({ draft, change, save }: StepProps & { save: () => Promise<string> }) {
  const { t } = useTranslation();
  const [part, setPart] = useState<Part>('text');
  const subject = useRef<InputRef>(null);
  const text = useRef<TextAreaRef>(null);
  const html = useRef<TextAreaRef>(null);

  const boxOf = (which: Part): Box | null | undefined => {
    if (which === 'subject') return subject.current?.input;
    return (which === 'text' ? text : html).current?.resizableTextArea?.textArea;
  };
  const insert = (field: string, fallback: string) => {
    const box = boxOf(part);
    const old = draft[part] ?? '';
    const from = box?.selectionStart ?? old.length;
    const next = insertField(old, from, box?.selectionEnd ?? from, field, fallback);
    change({ [part]: next.text });
    requestAnimationFrame(() => {
      box?.focus();
      box?.setSelectionRange(next.caret, next.caret);
    });
  };
  return (
    <div className="composer">
      <div>
        <label style={{ display: 'grid', gap: 4, marginBottom: 8 }}>
          <b>{t('campaign.subject')}</b>
          <Input
            ref={subject}
            value={draft.subject}
            maxLength={500}
            onFocus={() => setPart('subject')}
            onChange={(event) => change({ subject: event.target.value })}
          />
        </label>
        <FieldButtons insert={insert} />
        <Tabs
          onChange={(key) => setPart(key === 'html' ? 'html' : 'text')}
          items={[
            {
              key: 'text',
              label: t('campaign.text'),
              children: (
                <Input.TextArea
                  ref={text}
                  aria-label={t('campaign.text')}
                  value={draft.text}
                  autoSize={{ minRows: 12, maxRows: 28 }}
                  onFocus={() => setPart('text')}
                  onChange={(event) => change({ text: event.target.value })}
                />
              ),
            },
            {
              key: 'html',
              label: t('campaign.html_optional'),
              children: (
                <Input.TextArea
                  ref={html}
                  aria-label={t('campaign.html')}
                  value={draft.html ?? ''}
                  autoSize={{ minRows: 12, maxRows: 28 }}
                  style={{ fontFamily: 'monospace' }}
                  onFocus={() => setPart('html')}
                  onChange={(event) => change({ html: event.target.value })}
                />
              ),
            },
          ]}
        />
        <Mistakes draft={draft} />
        <p className="quiet small" style={{ marginTop: 8 }}>
          {t('campaign.unsubscribe_note')}
        </p>
      </div>
      <PreviewView
        set={previewSet(draft.audience)}
        ready={lacking(draft).length === 0}
        save={save}
      />
    </div>
  );
}
