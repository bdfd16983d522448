import type { InputNumberProps } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NumberInput } from '../NumberInput';
import { useFields } from './Fields';

export interface NumberProps extends Omit<InputNumberProps<number>, 'value' | 'onChange'> {
  value: number | null | undefined;
  onChange: (value: number) => void;
  /** How much of the value one of what is shown is: 100 of money with two decimal places. */
  unit?: number;
}

/**
 * A number that must be there. An emptied box is no number, neither 0 nor the one before: it says
 * so, and the form around it is not saved.
 */
export function NeededNumber({ value, onChange, unit = 1, ...rest }: NumberProps) {
  const { t } = useTranslation();
  const { lack, tried, alone } = useFields();
  const [emptied, setEmptied] = useState(false);
  const [left, setLeft] = useState(false);
  useEffect(() => setEmptied(false), [value]);
  const empty = emptied || value === null || value === undefined;
  useEffect(() => (empty ? lack() : undefined), [empty, lack]);
  const wrong = empty && (left || tried);
  // A text that comes when the box is left would move the button that is being pressed: in a form
  // the red border says it until somebody saves.
  const said = wrong && (alone || tried);
  return (
    <span style={{ display: 'inline-block' }}>
      <NumberInput
        {...rest}
        {...(wrong ? { status: 'error' as const, 'aria-invalid': true } : {})}
        value={empty ? null : value / unit}
        onBlur={() => setLeft(true)}
        onChange={(next) => {
          setEmptied(next === null);
          if (next === null) setLeft(false);
          else onChange(unit === 1 ? next : Math.round(next * unit));
        }}
      />
      {said ? (
        <span className="bad small" data-fault="" style={{ display: 'block' }}>
          {t('fault.needed')}
        </span>
      ) : null}
    </span>
  );
}
