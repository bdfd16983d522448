import { minorDigits } from '../format';
import { NumberInput } from '../NumberInput';
import { useFormat } from '../use_format';
import { NeededNumber, type NumberProps } from './NeededNumber';

interface Props extends Omit<NumberProps, 'unit' | 'precision' | 'onChange' | 'min'> {
  /** In minor units, as the value. */
  min?: number;
  onChange: (minor: number) => void;
  /** What stands in the empty box where 0 means "any amount"; without it an amount is needed. */
  none?: string;
}

/** An amount of the workspace's money: minor units in the value, whole ones on the screen. */
export function MoneyInput({ value, min = 0, none, onChange, ...rest }: Props) {
  const { currency } = useFormat();
  const digits = minorDigits(currency);
  const unit = 10 ** digits;
  const shown = {
    suffix: currency,
    style: { width: 150 },
    ...rest,
    min: min / unit,
    precision: digits,
  };
  if (none === undefined)
    return <NeededNumber {...shown} unit={unit} value={value} onChange={onChange} />;
  return (
    <NumberInput
      {...shown}
      placeholder={none}
      value={value ? value / unit : null}
      onChange={(next) => onChange(Math.round((next ?? 0) * unit))}
    />
  );
}
