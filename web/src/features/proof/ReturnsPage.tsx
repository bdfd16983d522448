import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { Return, ReturnList } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { IntervalLine } from '@/shared/IntervalLine';
import { Loaded } from '@/shared/Loaded';
import { Mark, type MarkKind } from '@/shared/Mark';
import { PageHead } from '@/shared/PageHead';
import { People } from '@/shared/People';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Costs } from './Costs';
import { ReturnTerms } from './ReturnTerms';

const kMarks: Record<Return['verdict'], MarkKind> = {
  pays: 'good',
  loses: 'bad',
  cannot_tell: 'warn',
};
const kPaths: Record<Return['kind'], string> = {
  campaign: '/campaigns/',
  experiment: '/proof/experiments/',
  hold_out: '/proof/hold-outs/',
  programme: '/loyalty/settings?programme=',
};

function Row({ one }: { one: Return }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const money = (value: number) => format.money(Math.round(value), { sign: true, whole: true });
  const range = one.net
    ? t('result.range', { low: money(one.net.low), high: money(one.net.high) })
    : '';
  return (
    <tr>
      <td style={{ minWidth: 180 }}>
        <Link to={`${kPaths[one.kind]}${one.id}`}>{one.name}</Link>
        <div className="quiet small">
          {word('return_kind', one.kind)} · {format.day(one.from)} – {format.day(one.to)}
          {one.complete || one.kind === 'programme' ? '' : ` ${t('goal.not_over')}`}
        </div>
        {one.hold_out ? (
          <div className="small">
            <Link to={`/proof/hold-outs/${one.hold_out.id}`}>
              {t('returns.against', { name: one.hold_out.name })}
            </Link>
          </div>
        ) : null}
      </td>
      <td className="num">
        {one.kind === 'programme' && !one.hold_out ? '–' : <People n={one.people} set={one.set} />}
      </td>
      <td className="num">{one.gained ? money(one.gained.value) : '–'}</td>
      <td className="num">
        {format.money(one.cost_minor, { whole: true })}
        {one.parts ? (
          <div
            className="quiet small"
            style={{ maxWidth: 200, marginLeft: 'auto', whiteSpace: 'normal' }}
          >
            {t('returns.parts', {
              points: format.money(one.parts.points_minor, { whole: true }),
              checkout: format.money(one.parts.checkout_minor, { whole: true }),
              coupons: format.money(one.parts.coupons_minor, { whole: true }),
              entered: format.money(one.parts.entered_minor, { whole: true }),
            })}
          </div>
        ) : null}
      </td>
      <td className="num">
        <b>{one.net ? money(one.net.value) : '–'}</b>
        <div className="quiet small nowrap">{range}</div>
      </td>
      <td>{one.net ? <IntervalLine {...one.net} show={money} label={range} compact /> : null}</td>
      <td className="num">
        {one.roi ? format.percent(one.roi.value, 0) : '–'}
        {one.roi ? (
          <div className="quiet small nowrap">
            {t('result.range', {
              low: format.percent(one.roi.low, 0),
              high: format.percent(one.roi.high, 0),
            })}
          </div>
        ) : null}
      </td>
      <td>
        <Mark kind={kMarks[one.verdict]}>{word('pays', one.verdict)}</Mark>
        {one.why ? <div className="quiet small">{word('return_why', one.why)}</div> : null}
      </td>
    </tr>
  );
}

function Table({ list }: { list: ReturnList }) {
  const { t } = useTranslation();
  if (list.returns.length === 0) {
    return <Empty title={t('returns.none')} hint={t('returns.none_hint')} />;
  }
  return (
    <div className="scroll-x" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th>{t('proof.name')}</th>
            <th className="num">{t('returns.people')}</th>
            <th className="num">{t('returns.gained')}</th>
            <th className="num">{t('goal.cost')}</th>
            <th className="num">{t('returns.net')}</th>
            <th>{t('result.interval')}</th>
            <th className="num">{t('returns.roi')}</th>
            <th>{t('campaign.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {list.returns.map((one) => (
            <Row key={one.about} one={one} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

export default function ReturnsPage() {
  const { t } = useTranslation();
  const mayWrite = useRight('campaigns.write');
  const query = useQuery({ queryKey: ['returns'], queryFn: () => must(api.GET('/v1/returns')) });
  return (
    <>
      <PageHead title={t('nav.returns')} lead={t('returns.lead')} />
      <Loaded query={query} rows={8}>
        {(list) => (
          <div className="stack">
            <Table list={list} />
            <p className="quiet small" style={{ margin: 0 }}>
              {t('returns.method')}
            </p>
            {mayWrite ? <ReturnTerms terms={list.terms} /> : null}
            <Costs returns={list.returns} mayWrite={mayWrite} />
          </div>
        )}
      </Loaded>
    </>
  );
}
