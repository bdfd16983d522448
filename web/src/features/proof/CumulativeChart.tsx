import { Select } from 'antd';
import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExperimentResult } from '@/api/types';
import { axes, endLabel, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { Figure } from '@/shared/charts/Figure';
import { useThemeName } from '@/shared/theme_choice';
import { useAddress } from '@/shared/use_address';
import { useNames } from './use_names';
import { useValues } from './use_values';

/** The difference to the control up to the end of each day, with its interval. */
export function CumulativeChart({ result }: { result: ExperimentResult }) {
  const { t } = useTranslation();
  const theme = useThemeName();
  const names = useNames();
  const values = useValues(result.currency);
  const address = useAddress();
  const drawn = result.measures.filter(
    ({ daily }) =>
      daily.length > 1 && daily.some(({ effects }) => effects.some((one) => one?.effect != null)),
  );
  const measure = drawn.find((one) => one.key === address.text('measure')) ?? drawn[0];
  const arms = result.arms.slice(1);
  const at = Math.max(
    0,
    arms.findIndex((one) => one.key === address.text('arm')),
  );
  const daily = useMemo(() => measure?.daily ?? [], [measure]);
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    const line = (name: 'effect' | 'low' | 'high', color: string, label: string) => ({
      name: label,
      type: 'line' as const,
      showSymbol: false,
      color,
      lineStyle: { type: name === 'effect' ? ('solid' as const) : ('dashed' as const), width: 2 },
      data: daily.map((one) => one.effects[at]?.[name] ?? null),
      endLabel: endLabel(label, color),
      labelLayout: { moveOverlap: 'shiftY' as const },
    });
    return {
      ...axes(theme, {
        labels: daily.map((one) => String(one.day)),
        show: (value) => (measure ? values.change(measure, value) : ''),
        right: 130,
      }),
      series: [
        line('low', ink.grey, t('proof.low')),
        line('high', ink.grey, t('proof.high')),
        line('effect', ink.hues[0] as string, t('result.difference')),
      ],
    };
  }, [daily, at, theme, measure, values, t]);
  if (!measure) return null;
  return (
    <Figure
      title={t('proof.cumulative')}
      file={`experiment-${measure.key}-daily.csv`}
      csv={() => [
        ['day', 'effect', 'low', 'high', ...result.arms.map((arm) => arm.key)],
        ...daily.map((one) => [
          one.day,
          one.effects[at]?.effect ?? null,
          one.effects[at]?.low ?? null,
          one.effects[at]?.high ?? null,
          ...one.arms.map((arm) => arm.value),
        ]),
      ]}
      tools={
        <>
          <Select
            size="small"
            aria-label={t('insight.measure')}
            value={measure.key}
            onChange={(key) => address.change({ measure: key })}
            options={drawn.map((one) => ({ value: one.key, label: names.measure(one) }))}
          />
          {arms.length > 1 ? (
            <Select
              size="small"
              aria-label={t('proof.arm')}
              value={arms[at]?.key ?? ''}
              onChange={(key) => address.change({ arm: key })}
              options={arms.map((one) => ({ value: one.key, label: names.arm(one) }))}
            />
          ) : null}
        </>
      }
      chart={<Chart option={option} label={t('proof.cumulative')} height={260} />}
      table={
        <table className="plain" style={{ maxWidth: 640 }}>
          <thead>
            <tr>
              <th>{t('result.day')}</th>
              <th className="num">{t('result.difference')}</th>
              <th className="num">{t('proof.low')}</th>
              <th className="num">{t('proof.high')}</th>
            </tr>
          </thead>
          <tbody>
            {daily.map((one) => (
              <tr key={one.day}>
                <td>{one.day}</td>
                {(['effect', 'low', 'high'] as const).map((name) => (
                  <td key={name} className="num">
                    {values.change(measure, one.effects[at]?.[name] ?? null)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}
