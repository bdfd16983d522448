import { Input } from 'antd';
import { useEffect, useState } from 'react';

interface Props {
  value: string;
  onChange: (text: string) => void;
  label: string;
  placeholder?: string;
  width?: number;
  code?: boolean;
}

/** A text that counts when it is done (Enter, or another place), not with every letter. */
export function LateInput({ value, onChange, label, placeholder, width = 160, code }: Props) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const done = () => {
    if (text !== value) onChange(text);
  };
  return (
    <Input
      aria-label={label}
      placeholder={placeholder ?? label}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={done}
      onPressEnter={done}
      style={{ width, ...(code ? { fontFamily: 'ui-monospace, monospace' } : {}) }}
    />
  );
}
