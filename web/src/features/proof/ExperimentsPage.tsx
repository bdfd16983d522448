import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { ExperimentListed } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Verdict } from '@/shared/Verdict';
import { useSentence } from './Headline';

function Row({ one }: { one: ExperimentListed }) {
  const format = useFormat();
  const word = useWords();
  const sentence = useSentence();
  const { headline } = one;
  const [first] = one.measures;
  const money = first?.kind === 'revenue' || first?.of?.sum === 'amount';
  return (
    <tr>
      <td>
        <Link to={`/proof/experiments/${one.id}`}>{one.name}</Link>
        <div className="quiet small">{one.key}</div>
      </td>
      <td>{word('experiment_state', one.state)}</td>
      <td>{headline ? <Verdict verdict={headline.verdict} /> : null}</td>
      <td>
        {headline && first
          ? sentence({ headline, kind: { kind: first.kind, money }, arms: one.arms })
          : ''}
      </td>
      <td className="num">{headline ? format.count(headline.people) : ''}</td>
      <td className="num">{format.dateTime(one.started_at)}</td>
    </tr>
  );
}

export default function ExperimentsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('campaigns.write');
  const query = useQuery({
    queryKey: ['experiments'],
    queryFn: () => must(api.GET('/v1/experiments')),
  });
  return (
    <>
      <PageHead title={t('nav.experiments')} lead={t('proof.lead', { zone: format.zone })}>
        {mayWrite ? (
          <LinkButton type="primary" icon={<PlusOutlined />} to="/proof/experiments/new">
            {t('proof.new')}
          </LinkButton>
        ) : null}
      </PageHead>
      <Loaded query={query}>
        {({ experiments }) =>
          experiments.length === 0 ? (
            <Empty title={t('proof.none')} hint={t('proof.none_hint')} />
          ) : (
            <div className="scroll-x">
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t('proof.name')}</th>
                    <th>{t('campaign.state')}</th>
                    <th>{t('campaign.verdict')}</th>
                    <th>{t('proof.finding')}</th>
                    <th className="num">{t('proof.people')}</th>
                    <th className="num">{t('campaign.started')}</th>
                  </tr>
                </thead>
                <tbody>
                  {experiments.map((one) => (
                    <Row key={one.id} one={one} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
    </>
  );
}
