import { useTranslation } from 'react-i18next';
import type { CampaignResult, Comparison } from '@/api/types';
import { IntervalLine } from '@/shared/IntervalLine';
import { useFormat } from '@/shared/use_format';
import { Verdict } from '@/shared/Verdict';
import { intervalOf } from './result';

function Row({ one, currency }: { one: Comparison; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const rate = one.measure === 'order_rate';
  const level = (value: number | null) =>
    rate
      ? format.percent(value, 2)
      : format.money(value === null ? null : Math.round(value), { currency });
  const change = (value: number | null) => {
    if (value === null) return '–';
    return rate
      ? t('result.points', { points: format.points(value, 2) })
      : format.money(Math.round(value), { currency, sign: true });
  };
  const interval = intervalOf(one);
  const name = t(`result.measure_${one.measure}`);
  return (
    <tr>
      <td>{name}</td>
      <td className="num">{level(one.treated)}</td>
      <td className="num">{level(one.held_out)}</td>
      <td className="num">
        <b>{change(one.difference)}</b>
      </td>
      <td className="num">
        {interval ? t('result.range', { low: change(one.low), high: change(one.high) }) : '–'}
      </td>
      <td>
        {interval ? (
          <IntervalLine
            compact
            {...interval}
            label={`${name} ${change(one.low)} – ${change(one.high)}`}
            show={change}
          />
        ) : null}
      </td>
      <td className="num">{one.p_value === null ? '–' : format.count(one.p_value, 3)}</td>
      <td className="nowrap">
        <Verdict verdict={one.verdict} />{' '}
        <span className="quiet small">{t(`result.method_${one.method}`)}</span>
      </td>
    </tr>
  );
}

/** Treated less held out, each measure with its 95 % interval. */
export function ComparisonsTable({ result }: { result: CampaignResult }) {
  const { t } = useTranslation();
  return (
    <div className="scroll-x" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th>{t('insight.measure')}</th>
            <th className="num">{t('result.treated')}</th>
            <th className="num">{t('result.held_out')}</th>
            <th className="num">{t('result.difference')}</th>
            <th className="num">{t('result.interval')}</th>
            <th>{t('result.zero_line')}</th>
            <th className="num">{t('result.p')}</th>
            <th>{t('campaign.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {result.comparisons.map((one) => (
            <Row key={one.measure} one={one} currency={result.currency} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
