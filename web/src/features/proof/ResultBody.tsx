import { useTranslation } from 'react-i18next';
import type { ExperimentResult } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { ArmsValues } from './ArmsValues';
import { Banners } from './Banners';
import { CumulativeChart } from './CumulativeChart';
import { ForestPlot } from './ForestPlot';
import { Headline } from './Headline';

/** A result from its verdict down to its numbers. */
export function ResultBody({ result }: { result: ExperimentResult }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="stack">
      <p className="quiet" style={{ margin: 0 }}>
        {t('result.window', {
          days: result.days,
          from: format.dateTime(result.from),
          to: format.dateTime(result.to),
        })}
      </p>
      <Headline result={result} />
      <Banners result={result} />
      <ForestPlot result={result} />
      <ArmsValues result={result} />
      <CumulativeChart result={result} />
    </div>
  );
}
