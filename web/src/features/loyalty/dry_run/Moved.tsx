import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { DryRunResult } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { usePersonName } from '@/shared/use_person_name';
import { Pages } from '../Pages';

const kPage = 20;

type Move = DryRunResult['moved'][number];

function FileLink({ person }: { person: number }) {
  const name = usePersonName(person);
  return <Link to={`/customers/${person}`}>{name || `#${person}`}</Link>;
}

function People({ move }: { move: Move }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [page, setPage] = useState(1);
  const first = (page - 1) * kPage;
  return (
    <>
      <ul>
        {move.list.slice(first, first + kPage).map((person) => (
          <li key={person}>
            <FileLink person={person} />
          </li>
        ))}
      </ul>
      <Pages page={page} size={kPage} total={move.list.length} onChange={setPage} />
      {move.list.length < move.people ? (
        <p className="quiet small">
          {t('dry.listed', { n: format.count(move.list.length), of: format.count(move.people) })}
        </p>
      ) : null}
    </>
  );
}

interface Props {
  moved: readonly Move[];
  level: (code: string) => string;
}

/** Who would be in which other level, each opening their customer file. */
export function Moved({ moved, level }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState('');
  return (
    <ul className="moved">
      {moved.map((move) => {
        const key = `${move.from} ${move.to}`;
        return (
          <li key={key}>
            {t('loyalty.moves', {
              n: format.count(move.people),
              from: level(move.from),
              to: level(move.to),
            })}{' '}
            <Button
              size="small"
              type="link"
              aria-expanded={open === key}
              onClick={() => setOpen(open === key ? '' : key)}
            >
              {t(open === key ? 'do.less' : 'dry.who')}
            </Button>
            {open === key ? <People move={move} /> : null}
          </li>
        );
      })}
    </ul>
  );
}
