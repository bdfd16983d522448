import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { People } from '@/shared/People';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { NewHoldOut } from './NewHoldOut';

export default function HoldOutsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const mayWrite = useRight('campaigns.write');
  const query = useQuery({
    queryKey: ['hold-outs'],
    queryFn: () => must(api.GET('/v1/hold-outs')),
  });
  return (
    <>
      <PageHead title={t('nav.hold_outs')} lead={t('hold_out.lead', { zone: format.zone })} />
      <Loaded query={query}>
        {({ hold_outs: all }) =>
          all.length === 0 ? (
            <Empty title={t('hold_out.none')} hint={t('hold_out.none_hint')} />
          ) : (
            <div className="scroll-x">
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t('proof.name')}</th>
                    <th>{t('hold_out.scope')}</th>
                    <th className="num">{t('hold_out.percent')}</th>
                    <th className="num">{t('hold_out.members')}</th>
                    <th className="num">{t('campaign.started')}</th>
                    <th className="num">{t('hold_out.ended')}</th>
                  </tr>
                </thead>
                <tbody>
                  {all.map((one) => (
                    <tr key={one.id}>
                      <td>
                        <Link to={`/proof/hold-outs/${one.id}`}>{one.name}</Link>
                      </td>
                      <td>{word('hold_out_scope', one.scope)}</td>
                      <td className="num">{format.percent(one.percent / 100, 1)}</td>
                      <td className="num">
                        <People n={one.members} set={one.set} />
                      </td>
                      <td className="num">{format.dateTime(one.started_at)}</td>
                      <td className="num">{format.dateTime(one.ended_at)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
      {mayWrite ? (
        <div style={{ marginTop: 24 }}>
          <NewHoldOut />
        </div>
      ) : null}
    </>
  );
}
