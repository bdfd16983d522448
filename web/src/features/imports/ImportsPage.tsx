import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { Import } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { FoldersView } from './FoldersView';
import { SavedMappings } from './SavedMappings';
import { UploadBox } from './UploadBox';

const kPollMs = 2000;

function HistoryRow({ one }: { one: Import }) {
  const format = useFormat();
  const word = useWords();
  const { progress } = one;
  return (
    <tr>
      <td>
        <Link to={`/imports/${one.id}`}>{one.name || one.id}</Link>
      </td>
      <td>{word('import_kind', one.kind)}</td>
      <td className={one.state === 'failed' ? 'bad' : undefined}>
        {word('import_state', one.state)}
      </td>
      <td className="num">{format.bytes(progress.bytes_total)}</td>
      <td className="num">{format.count(progress.rows)}</td>
      <td className="num">{format.count(progress.stored)}</td>
      <td className="num">{format.count(progress.duplicates)}</td>
      <td className="num">
        {progress.rejected ? (
          <a href={`/v1/imports/${one.id}/rejects`}>{format.count(progress.rejected)}</a>
        ) : (
          '0'
        )}
      </td>
      <td className="num">{format.dateTime(one.created_at)}</td>
    </tr>
  );
}

function History({ imports }: { imports: Import[] }) {
  const { t } = useTranslation();
  if (imports.length === 0) return <p className="quiet">{t('import.none')}</p>;
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('import.file')}</th>
            <th>{t('import.kind')}</th>
            <th>{t('import.state')}</th>
            <th className="num">{t('import.size')}</th>
            <th className="num">{t('import.rows')}</th>
            <th className="num">{t('import.stored')}</th>
            <th className="num">{t('import.duplicates')}</th>
            <th className="num">{t('import.rejected')}</th>
            <th className="num">{t('import.created')}</th>
          </tr>
        </thead>
        <tbody>
          {imports.map((one) => (
            <HistoryRow key={one.id} one={one} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

export default function ImportsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('imports.write');
  const query = useQuery({
    queryKey: ['imports'],
    queryFn: () => must(api.GET('/v1/imports')),
    refetchInterval: ({ state }) =>
      state.data?.imports.some((one) => one.state === 'running') ? kPollMs : false,
  });
  return (
    <>
      <PageHead title={t('nav.imports')} lead={t('import.lead', { zone: format.zone })} />
      {mayWrite ? (
        <Section title={t('import.new')}>
          <UploadBox />
        </Section>
      ) : null}
      <Section title={t('import.history')}>
        <Loaded query={query}>{({ imports }) => <History imports={imports} />}</Loaded>
      </Section>
      <FoldersView />
      <SavedMappings />
    </>
  );
}
