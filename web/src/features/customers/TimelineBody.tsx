import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { TimelineItem } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Refused } from './Refused';

/** What an item of the timeline says. */
export function Body({ item, currency }: { item: TimelineItem; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const [open, setOpen] = useState(false);
  if (item.order) {
    const { total_minor: total, lines, quantity, currency: own } = item.order;
    return (
      <div>
        <b>{word('timeline_kind', item.kind)}</b> {item.title} ·{' '}
        <b>{format.money(total, { currency: own || currency })}</b>{' '}
        <span className="quiet">
          {t('customer.lines', {
            lines: format.count(lines),
            quantity: format.count(Math.abs(quantity)),
          })}
        </span>
        <Refused order={item.order} />
      </div>
    );
  }
  if (item.message) {
    return (
      <div>
        <b>{word('timeline_kind', 'message')}</b> {item.title}{' '}
        <span className="quiet">
          {word('verdict', item.message.verdict ?? '')}
          {item.message.campaign_id ? (
            <>
              {' '}
              · <Link to={`/campaigns/${item.message.campaign_id}`}>{item.message.campaign}</Link>
            </>
          ) : null}
        </span>
      </div>
    );
  }
  if (item.note) {
    return (
      <div>
        <b>{word('timeline_kind', 'note')}</b>{' '}
        <span style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{item.note.text}</span>
      </div>
    );
  }
  const properties = item.event?.properties;
  const has = properties && Object.keys(properties).length > 0;
  return (
    <div>
      {item.event?.name || word('event_type', item.event?.type ?? item.title)}{' '}
      {has ? (
        <Button type="link" size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t('do.less') : t('do.more')}
        </Button>
      ) : null}
      {open ? (
        <pre style={{ margin: '6px 0 0', whiteSpace: 'pre-wrap' }}>
          {JSON.stringify(properties, null, 2)}
        </pre>
      ) : null}
    </div>
  );
}
