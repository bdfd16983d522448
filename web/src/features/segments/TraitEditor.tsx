import { Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { SegmentTrait } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { useWords } from '@/shared/use_words';
import { PropertyPick, typedValue } from './Picks';

type Op = SegmentTrait['op'];
const kPlain: readonly Op[] = [
  'is',
  'is_not',
  'contains',
  'not_contains',
  'starts_with',
  'less',
  'at_most',
  'greater',
  'at_least',
  'is_set',
  'is_not_set',
];
const kOwn: readonly Op[] = [
  'has_all',
  'before',
  'on_or_after',
  'within_last',
  'within_next',
  'more_than_ago',
  'anniversary_within_next',
];
const kByDays: readonly Op[] = [
  'within_last',
  'within_next',
  'more_than_ago',
  'anniversary_within_next',
];
const kNumbers: readonly Op[] = ['less', 'at_most', 'greater', 'at_least'];

interface Props {
  value: SegmentTrait;
  onChange: (trait: SegmentTrait) => void;
}

/** The comparison with another operator: what it takes begins anew. */
export function withOp({ property, value }: SegmentTrait, op: Op): SegmentTrait {
  if (op === 'is_set' || op === 'is_not_set') return { property, op };
  if (kByDays.includes(op)) return { property, op, days: 7 };
  if (kNumbers.includes(op)) return { property, op, value: typeof value === 'number' ? value : 0 };
  if (op === 'before' || op === 'on_or_after') return { property, op, value: '' };
  return { property, op, value: Array.isArray(value) ? value : [] };
}

function Value({ value: trait, onChange }: Props) {
  const { t } = useTranslation();
  const { op, value } = trait;
  if (op === 'is_set' || op === 'is_not_set') return null;
  if (kByDays.includes(op)) {
    return (
      <>
        <NumberInput
          size="small"
          style={{ width: 64 }}
          min={1}
          precision={0}
          aria-label={t('ask.how_many')}
          value={trait.days ?? 7}
          onChange={(days) => onChange({ ...trait, days: days ?? 1 })}
        />
        {t('unit.days_word')}
      </>
    );
  }
  if (kNumbers.includes(op)) {
    return (
      <NumberInput
        size="small"
        style={{ width: 90 }}
        aria-label={t('ask.value')}
        value={typeof value === 'number' ? value : null}
        onChange={(next) => onChange({ ...trait, value: next ?? 0 })}
      />
    );
  }
  if (op === 'before' || op === 'on_or_after') {
    return (
      <Input
        type="date"
        size="small"
        style={{ width: 140 }}
        aria-label={t('ask.value')}
        value={String(value ?? '').slice(0, 10)}
        onChange={({ target }) => onChange({ ...trait, value: target.value })}
      />
    );
  }
  const numbers = op === 'is' || op === 'is_not' || op === 'has_all';
  return (
    <Select<string[]>
      className="pick values"
      size="small"
      mode="tags"
      style={{ minWidth: 140 }}
      aria-label={t('ask.value')}
      placeholder={t('ask.value')}
      open={false}
      suffixIcon={null}
      value={(Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String)}
      onChange={(all) => onChange({ ...trait, value: all.map((one) => typedValue(one, numbers)) })}
    />
  );
}

/** TRAIT is … */
export function TraitEditor({ value, onChange }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  return (
    <>
      <PropertyPick
        scope="person"
        value={value.property}
        onChange={(property) => onChange({ ...value, property })}
      />
      <Select<Op>
        className="pick"
        size="small"
        aria-label={t('ask.op')}
        popupMatchSelectWidth={false}
        value={value.op}
        onChange={(op) => onChange(withOp(value, op))}
        options={[
          ...kPlain.map((op) => ({ value: op, label: word('op', op) })),
          ...kOwn.map((op) => ({ value: op, label: word('segment_op', op) })),
        ]}
      />
      <Value value={value} onChange={onChange} />
    </>
  );
}
