import { useTranslation } from 'react-i18next';
import type { ExperimentHeadline, ExperimentResult } from '@/api/types';
import { useWords } from '@/shared/use_words';
import { Verdict } from '@/shared/Verdict';
import { toldOf } from './result';
import { useNames } from './use_names';
import { useValues } from './use_values';

interface Props {
  headline: ExperimentHeadline;
  kind: { kind: string; money: boolean };
  arms: readonly { key: string; name?: string | undefined }[];
  currency: string;
}

/** The verdict as a sentence: what it is, by how much, or why nothing can be said. */
export function useSentence() {
  const { t } = useTranslation();
  const word = useWords();
  const names = useNames();
  const values = useValues('');
  return ({ headline, kind, arms }: Omit<Props, 'currency'>): string => {
    if (headline.verdict === 'cannot_tell')
      return t('proof.say_cannot_tell', { why: word('proof_why', headline.why) });
    const told = toldOf(headline);
    const arm = arms.find((one) => one.key === headline.arm);
    const show = (value: number) =>
      told?.relative ? values.percent(value) : values.change(kind, value);
    return t(`proof.say_${headline.verdict}`, {
      arm: arm ? names.arm(arm) : (headline.arm ?? ''),
      measure: names.measure({ key: headline.measure, name: headline.measure_name }),
      change: told ? show(told.interval.value) : '–',
      low: told ? show(told.interval.low) : '–',
      high: told ? show(told.interval.high) : '–',
    });
  };
}

export function Headline({ result }: { result: ExperimentResult }) {
  const sentence = useSentence();
  const [first] = result.measures;
  if (!first) return null;
  return (
    <div className="row">
      <span className="figure mid">
        {sentence({ headline: result.headline, kind: first, arms: result.arms })}
      </span>
      <Verdict verdict={result.headline.verdict} />
    </div>
  );
}
