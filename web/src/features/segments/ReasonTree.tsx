import { CheckOutlined, CloseOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { SegmentReasonPart, SegmentRule } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { sentenceOf } from './sentence';
import { useSpeaker } from './use_speaker';

interface Seen {
  value?: string | number | null;
  events?: number;
  last_at?: string | null;
  needed?: number | null;
  member?: boolean;
}

function SeenWords({ seen }: { seen: Seen }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words: string[] = [];
  if (seen.value !== undefined)
    words.push(
      seen.value === null
        ? t('segment.seen_nothing')
        : t('segment.seen_value', {
            value: typeof seen.value === 'number' ? format.count(seen.value, 2) : seen.value,
          }),
    );
  else if (seen.events !== undefined) words.push(t('segment.seen_events', { count: seen.events }));
  if (seen.last_at) words.push(t('segment.seen_last', { at: format.dateTime(seen.last_at, true) }));
  if (typeof seen.needed === 'number')
    words.push(
      seen.needed > 0
        ? t('segment.needs_more', { n: format.count(seen.needed, 2) })
        : t('segment.needs_less', { n: format.count(-seen.needed, 2) }),
    );
  return words.length ? <span className="quiet"> {words.join(' · ')}</span> : null;
}

/** One part of a reason and those below it. */
export function ReasonTree({ part }: { part: SegmentReasonPart }) {
  const { t } = useTranslation();
  const speaker = useSpeaker();
  const branch = part.parts !== undefined;
  return (
    <ul className="reason">
      <li>
        <span className={part.holds ? 'yes' : 'no'}>
          {part.holds ? (
            <CheckOutlined aria-label={t('segment.yes')} />
          ) : (
            <CloseOutlined aria-label={t('segment.no')} />
          )}
        </span>{' '}
        {branch
          ? t(`segment.part_${part.kind as 'all' | 'any' | 'not'}`)
          : sentenceOf(speaker, part.condition as unknown as SegmentRule)}
        {part.seen ? <SeenWords seen={part.seen as Seen} /> : null}
        {part.parts?.map((inner) => (
          <ReasonTree key={inner.path} part={inner} />
        ))}
      </li>
    </ul>
  );
}
