import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { At } from '../At';
import { Pick } from '../Pick';
import { choicesOf } from '../selector';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';
import type { FormProps } from './form';
import { Formulas } from './Formulas';
import { Part } from './Part';
import { SeriesEditor } from './SeriesEditor';
import { kUnits, When } from './When';
import { Who } from './Who';

export function TrendsForm({ question, change }: FormProps<'trends'>) {
  const { t } = useTranslation();
  const say = useSay();
  const { series } = question;
  const first = series[0];
  return (
    <>
      <Part title={t('ask.part_what')}>
        {series.map((one, i) => (
          <SeriesEditor
            key={i}
            i={i}
            value={one}
            onChange={(next) =>
              change({ series: series.map((old, at) => (at === i ? next : old)) })
            }
            onRemove={
              series.length > 1
                ? () => change({ series: series.filter((_, at) => at !== i) })
                : undefined
            }
          />
        ))}
        <div className="adders">
          <Button
            type="link"
            size="small"
            onClick={() => change({ series: [...series, { select: {}, measure: 'people' }] })}
          >
            + {t('ask.add_series')}
          </Button>
        </div>
        <Formulas value={question.formulas} onChange={(formulas) => change({ formulas })} />
      </Part>
      <When question={question} change={change} units={kUnits} />
      <Part title={t('ask.part_show')}>
        <At path="show">
          <Sentence
            text={say(question.show === 'rolling' ? 'show_rolling' : 'show')}
            parts={{
              show: (
                <Pick
                  kind="show"
                  label={t('ask.show')}
                  options={['each', 'cumulative', 'rolling']}
                  value={question.show ?? 'each'}
                  onChange={(show) => change({ show: show === 'each' ? undefined : show })}
                />
              ),
              n: (
                <NeededNumber
                  aria-label={t('ask.rolling_periods')}
                  min={2}
                  max={400}
                  value={question.rolling_periods ?? 7}
                  onChange={(n) => change({ rolling_periods: n })}
                  style={{ width: 60 }}
                />
              ),
            }}
          />
        </At>
        <At path="compare">
          <Sentence
            text={say('compare')}
            parts={{
              compare: (
                <Pick
                  kind="compare"
                  label={t('ask.compare')}
                  options={['none', 'previous']}
                  value={question.compare ?? 'none'}
                  onChange={(compare) =>
                    change({ compare: compare === 'none' ? undefined : compare })
                  }
                />
              ),
            }}
          />
        </At>
      </Part>
      <Who
        question={question}
        change={change}
        split="any"
        event={first && choicesOf(first.select)[0]}
      />
    </>
  );
}
