import { Button, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ExperimentMeasure } from '@/api/types';
import { FieldFault } from '@/shared/form/Fields';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { NumberInput } from '@/shared/NumberInput';
import { useWords } from '@/shared/use_words';
import { Labelled } from './Labelled';
import { MeasureExtras } from './MeasureExtras';
import { kKinds, withKind, type Kind } from './draft';

type Counted = NonNullable<ExperimentMeasure['of']>;

interface CountedProps {
  of: Counted;
  change: (next: Counted) => void;
  sums: boolean;
}

/** Orders, or an event by its name; and what is added up of them. */
function CountedFields({ of, change, sums }: CountedProps) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        aria-label={t('proof.counted')}
        value={of.orders ? 'orders' : 'event'}
        onChange={(next) => change(next === 'orders' ? { orders: true } : { event: '' })}
        options={[
          { value: 'orders', label: t('proof.counted_orders') },
          { value: 'event', label: t('proof.counted_event') },
        ]}
      />
      {of.orders ? null : (
        <Input
          aria-label={t('proof.event')}
          placeholder={t('proof.event')}
          value={of.event ?? ''}
          onChange={(event) => change({ ...of, event: event.target.value })}
          style={{ width: 180 }}
        />
      )}
      {sums && of.orders ? (
        <Select
          aria-label={t('proof.sum')}
          value={of.sum ?? ''}
          onChange={(sum) => change({ ...of, sum })}
          options={[
            { value: '', label: t('proof.sum_count') },
            { value: 'amount', label: t('proof.sum_amount') },
          ]}
        />
      ) : null}
      {sums && !of.orders ? (
        <Input
          aria-label={t('proof.sum')}
          placeholder={t('proof.sum')}
          value={of.sum ?? ''}
          onChange={(event) => change({ ...of, sum: event.target.value })}
          style={{ width: 80 }}
        />
      ) : null}
    </>
  );
}

interface Props {
  /** Its place in the form. */
  at: string;
  measure: ExperimentMeasure;
  change: (next: ExperimentMeasure) => void;
  remove?: (() => void) | undefined;
}

export function MeasureFields({ at, measure, change, remove }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const { kind } = measure;
  const sums = kind === 'mean' || kind === 'ratio' || kind === 'quantile';
  return (
    <div className="row" style={{ flexWrap: 'wrap', marginBottom: 8 }}>
      <Input
        aria-label={t('proof.measure_name')}
        placeholder={word('proof_measure', measure.key)}
        value={measure.name ?? ''}
        onChange={(event) => change({ ...measure, name: event.target.value })}
        style={{ width: 160 }}
      />
      <Select
        aria-label={t('proof.kind')}
        value={kind}
        onChange={(next: Kind) => change(withKind(measure, next))}
        options={kKinds.map((value) => ({ value, label: word('measure_kind', value) }))}
        style={{ minWidth: 150 }}
      />
      {measure.of ? (
        <CountedFields of={measure.of} change={(of) => change({ ...measure, of })} sums={sums} />
      ) : null}
      {kind === 'ratio' && measure.per ? (
        <>
          <span className="quiet">{t('proof.per')}</span>
          <CountedFields of={measure.per} change={(per) => change({ ...measure, per })} sums />
        </>
      ) : null}
      {kind === 'retention' ? (
        <Labelled label={t('proof.day')}>
          <NeededNumber
            aria-label={t('proof.day')}
            min={1}
            max={400}
            value={measure.day ?? 7}
            onChange={(day) => change({ ...measure, day })}
            style={{ width: 80 }}
          />
        </Labelled>
      ) : (
        <Labelled label={t('proof.window')}>
          <NumberInput
            aria-label={t('proof.window')}
            min={0}
            max={400}
            placeholder={t('proof.window_all')}
            value={measure.window_days || null}
            onChange={(days) => change({ ...measure, window_days: days ?? 0 })}
            style={{ width: 80 }}
          />
        </Labelled>
      )}
      <Select
        aria-label={t('proof.better')}
        value={measure.better ?? 'more'}
        onChange={(better) => change({ ...measure, better })}
        options={[
          { value: 'more', label: t('proof.better_more') },
          { value: 'less', label: t('proof.better_less') },
        ]}
      />
      <MeasureExtras measure={measure} change={change} />
      {remove ? (
        <Button type="text" onClick={remove}>
          {t('do.delete')}
        </Button>
      ) : null}
      <div style={{ flexBasis: '100%' }}>
        <FieldFault at={at} />
      </div>
    </div>
  );
}
