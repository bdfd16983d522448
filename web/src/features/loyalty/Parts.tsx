import { CloseOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { FieldFault } from '@/shared/form/Fields';
import { useKeys } from '@/shared/form/use_keys';
import './loyalty.css';

interface Props<T> {
  /** The place by which faults of the list are named; of its members "at.0", "at.1", … */
  at: string;
  values: readonly T[];
  onChange: (values: T[]) => void;
  children: (value: T, put: (next: T) => void, i: number) => ReactNode;
  /** How the sign that removes a member is read aloud. */
  removeLabel: (i: number) => string;
  /** The ways to one more. */
  add: ReactNode;
  numbered?: boolean;
  nested?: boolean;
}

/** Parts of a form of which there may be any number. */
export function Parts<T>(props: Props<T>) {
  const { at, values, onChange, children, removeLabel, add, numbered, nested } = props;
  const { keys, removed } = useKeys(values.length);
  return (
    <>
      {values.length > 0 ? (
        <ul className={nested ? 'parts nested' : 'parts'}>
          {values.map((value, i) => (
            <li key={keys[i]}>
              {numbered ? <span className="nth">{i + 1}.</span> : null}
              <div className="grow">
                <div className="row">
                  {children(
                    value,
                    (next) => onChange(values.map((one, k) => (k === i ? next : one))),
                    i,
                  )}
                </div>
                <FieldFault at={`${at}.${i}`} />
              </div>
              <Button
                type="text"
                size="small"
                icon={<CloseOutlined />}
                aria-label={removeLabel(i)}
                onClick={() => {
                  removed(i);
                  onChange(values.filter((_, k) => k !== i));
                }}
              />
            </li>
          ))}
        </ul>
      ) : null}
      <FieldFault at={at} />
      {add}
    </>
  );
}

/** The way to one more part. */
export function AddPart({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <Button
      className="add-part"
      type="link"
      size="small"
      style={{ paddingInline: 0 }}
      onClick={onClick}
    >
      + {name}
    </Button>
  );
}
