import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { CampaignResult } from '@/api/types';
import { axes, endLabel, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { Figure } from '@/shared/charts/Figure';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** The share of people who ordered, by day after the send: treated in green, held out in grey. */
export function DailyChart({ result }: { result: CampaignResult }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const theme = useThemeName();
  const daily = useMemo(() => result.daily ?? [], [result]);
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    const line = (arm: 'treated' | 'held_out', color: string) => ({
      name: word('arm', arm),
      type: 'line' as const,
      showSymbol: daily.length <= 31,
      symbolSize: 5,
      color,
      data: daily.map((one) => one[arm]),
      endLabel: endLabel(word('arm', arm), color),
      labelLayout: { moveOverlap: 'shiftY' as const },
    });
    return {
      ...axes(theme, {
        labels: daily.map((one) => String(one.day)),
        show: (value) => format.percent(value),
        right: 110,
      }),
      series: [line('held_out', ink.grey), line('treated', ink.hues[0] as string)],
    };
  }, [daily, theme, format, word]);
  return (
    <Figure
      title={t('result.daily')}
      file={`campaign-${result.campaign_id}-daily.csv`}
      csv={() => [
        ['day', 'treated', 'held_out'],
        ...daily.map((one) => [one.day, one.treated, one.held_out]),
      ]}
      chart={<Chart option={option} label={t('result.daily')} height={260} />}
      table={
        <table className="plain" style={{ maxWidth: 480 }}>
          <thead>
            <tr>
              <th>{t('result.day')}</th>
              <th className="num">{word('arm', 'treated')}</th>
              <th className="num">{word('arm', 'held_out')}</th>
            </tr>
          </thead>
          <tbody>
            {daily.map((one) => (
              <tr key={one.day}>
                <td>{one.day}</td>
                <td className="num">{format.percent(one.treated, 2)}</td>
                <td className="num">{format.percent(one.held_out, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}
