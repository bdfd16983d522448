import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Posting } from '@/api/ledger_types';
import type { Programme } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { MemberLink } from '../MemberLink';
import { EntryView } from './EntryView';

const kColumns = 7;

/** A posting; its entry opens below it. */
export function PostingRow({ programme, one }: { programme: Programme; one: Posting }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const [open, setOpen] = useState(false);
  const currency = programme.currencies.find(({ code }) => code === one.currency)?.name;
  const why = [
    one.rule ? word('own_rule', one.rule) : '',
    one.order || one.event,
    one.reason,
    one.command,
  ];
  return (
    <>
      <tr>
        <td className="nowrap">{format.dateTime(one.at)}</td>
        <td>
          {one.person === null ? (
            t('ledger.programme')
          ) : (
            <MemberLink programme={programme.id} person={one.person} />
          )}
        </td>
        <td className="nowrap">{word('posting_kind', one.kind)}</td>
        <td className="nowrap">
          {word('account', one.debit)} → {word('account', one.credit)}
        </td>
        <td className="num">
          {format.count(one.amount)} <span className="quiet">{currency}</span>
        </td>
        <td>
          <span className="unbroken">{why.filter(Boolean).join(' · ')}</span>
          {one.by ? <div className="quiet small">{one.by_name || one.by}</div> : null}
        </td>
        <td>
          <Button size="small" type="link" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t('ledger.entry', { n: one.entry })}
          </Button>
        </td>
      </tr>
      {open ? (
        <tr>
          <td colSpan={kColumns}>
            <EntryView programme={programme} entry={one.entry} />
          </td>
        </tr>
      ) : null}
    </>
  );
}
