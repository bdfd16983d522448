import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Liability } from '@/api/types';
import { axes, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { Figure } from '@/shared/charts/Figure';
import { Mark } from '@/shared/Mark';
import { Section } from '@/shared/Section';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';
import { CardsLiability } from './CardsLiability';
import { cohortRows, kFates } from './cohorts';

function CohortTable({ liability }: { liability: Liability }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('loyalty.earned_in')}</th>
            <th className="num">{t('loyalty.earned')}</th>
            {kFates.map((fate) => (
              <th key={fate} className="num">
                {t(`loyalty.${fate}`)}
              </th>
            ))}
            <th className="num">{t('loyalty.liability')}</th>
          </tr>
        </thead>
        <tbody>
          {liability.cohorts.map((one) => (
            <tr key={one.month}>
              <td>{one.month}</td>
              <td className="num">{format.count(one.earned)}</td>
              {kFates.map((fate) => (
                <td key={fate} className="num">
                  {format.count(one[fate])}
                </td>
              ))}
              <td className="num">
                {format.money(one.liability_minor, { currency: liability.money ?? '' })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What is owed to customers, by the month in which it was earned, with the assumptions behind. */
export function LiabilityView({ liability }: { liability: Liability }) {
  const { t } = useTranslation();
  const format = useFormat();
  const theme = useThemeName();
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    const colors = { used: ink.hues[0], expired: ink.grey, outstanding: ink.hues[1] };
    return {
      ...axes(theme, {
        labels: liability.cohorts.map(({ month }) => month ?? ''),
        show: (value) => format.count(value),
        top: 36,
      }),
      legend: { top: 0, left: 0, textStyle: { color: ink.text } },
      series: kFates.map((fate) => ({
        name: t(`loyalty.${fate}`),
        type: 'bar' as const,
        stack: 'cohort',
        barMaxWidth: 40,
        color: colors[fate] as string,
        data: liability.cohorts.map((one) => one[fate] ?? 0),
      })),
    };
  }, [liability, theme, format, t]);
  const { cost_minor_per_1000: cost, expected_redemption_ppm: redeemed } = liability.assumptions;
  const money = { currency: liability.money ?? '' };
  const agree = liability.ledger === liability.outstanding;
  return (
    <>
      <div className="row" style={{ flexWrap: 'wrap', gap: '16px 48px', marginBottom: 12 }}>
        <div>
          <div className="quiet">{t('loyalty.outstanding')}</div>
          <div className="figure">{format.count(liability.outstanding)}</div>
        </div>
        <div>
          <div className="quiet">{t('loyalty.liability')}</div>
          <div className="figure">{format.money(liability.liability_minor, money)}</div>
        </div>
      </div>
      <p className="quiet">
        {t('loyalty.assumptions', {
          n: format.count(liability.outstanding),
          cost: format.money(cost, money),
          redeemed: format.percent((redeemed ?? 0) / 1e6),
          breakage: format.percent(1 - (redeemed ?? 0) / 1e6),
          expired: format.percent((liability.expired_share_ppm ?? 0) / 1e6),
        })}
      </p>
      <Figure
        title={t('loyalty.cohorts')}
        file="points-liability.csv"
        csv={() => cohortRows(liability)}
        chart={<Chart option={option} label={t('loyalty.cohorts')} height={280} />}
        table={<CohortTable liability={liability} />}
        png={option}
      />
      <p>
        {agree ? (
          <Mark kind="good">{t('loyalty.lots_agree', { n: format.count(liability.ledger) })}</Mark>
        ) : (
          <Mark kind="bad">
            {t('loyalty.lots_differ', {
              n: format.count(liability.outstanding),
              ledger: format.count(liability.ledger),
            })}
          </Mark>
        )}
      </p>
      {liability.cards.cohorts.length > 0 ? (
        <Section title={t('nav.gift_cards')}>
          <CardsLiability liability={liability} />
        </Section>
      ) : null}
    </>
  );
}
