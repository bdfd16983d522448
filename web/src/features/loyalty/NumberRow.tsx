import type { ReactNode } from 'react';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { NumberInput } from '@/shared/NumberInput';
import { FormRow } from './FormRow';

interface Props {
  name: string;
  /** How its box is read aloud, when not as the row. */
  label?: string;
  at?: string;
  hint?: ReactNode;
  value: number | undefined;
  onChange: (value: number) => void;
  min?: number;
  max?: number;
  unit?: number;
  precision?: number;
  suffix?: string;
  width?: number;
  /** What stands in the empty box where 0 means that there is no limit. */
  none?: string;
  /** What stands behind the box. */
  children?: ReactNode;
}

/** A line of a form with a number: one that is needed, or one that may be left out. */
export function NumberRow(props: Props) {
  const { name, label, at, hint, value, onChange, unit = 1, none, width, children, ...box } = props;
  const shown = {
    precision: 0,
    min: 0,
    'aria-label': label ?? name,
    style: { width: width ?? 130 },
    ...box,
  };
  return (
    <FormRow name={name} {...(at ? { at } : {})} hint={hint}>
      {none === undefined ? (
        <NeededNumber {...shown} unit={unit} value={value} onChange={onChange} />
      ) : (
        <NumberInput
          {...shown}
          placeholder={none}
          value={value ? value / unit : null}
          onChange={(next) => onChange(Math.round((next ?? 0) * unit))}
        />
      )}
      {children}
    </FormRow>
  );
}
