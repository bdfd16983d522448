import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { SegmentRule } from '@/api/types';
import { useWords } from '@/shared/use_words';
import { useChannels } from './names';
import { WordsPick } from './WordsPick';

type Consent = Extract<SegmentRule, { consent: unknown }>['consent'];
type Word = Consent['is'][number];

const kWords: readonly Word[] = ['subscribed', 'unsubscribed', 'unknown'];

interface Props {
  value: Consent;
  onChange: (value: Consent) => void;
}

/** What somebody said last about a channel, or a topic on it. */
export function ConsentEditor({ value, onChange }: Props) {
  const { t, i18n } = useTranslation();
  const word = useWords();
  const { data } = useChannels();
  const channels = new Set([...(data?.channels ?? []), 'email', value.channel]);
  const topics = data?.topics ?? [];
  const known = topics.some(({ key }) => key === value.topic);
  const put = (channel: string, topic: string, is: Word[]) =>
    onChange({ channel, ...(topic ? { topic } : {}), is });
  return (
    <>
      <Select<string>
        className="pick"
        size="small"
        aria-label={t('segment.channel')}
        popupMatchSelectWidth={false}
        value={value.channel}
        onChange={(channel) => put(channel, value.topic ?? '', value.is)}
        options={[...channels].map((one) => ({ value: one, label: word('tag_channel', one) }))}
      />
      <Select<string>
        className="pick"
        size="small"
        aria-label={t('segment.topic')}
        popupMatchSelectWidth={false}
        value={value.topic ?? ''}
        onChange={(topic) => put(value.channel, topic, value.is)}
        options={[
          { value: '', label: t('segment.whole_channel') },
          ...topics.map(({ key, zh, en }) => ({
            value: key,
            label: i18n.language === 'zh' ? zh : en,
          })),
          ...(value.topic && !known ? [{ value: value.topic, label: value.topic }] : []),
        ]}
      />
      <WordsPick
        value={value.is}
        onChange={(is) => put(value.channel, value.topic ?? '', is)}
        options={kWords.map((one) => ({ value: one, label: word('consent', one) }))}
      />
    </>
  );
}
