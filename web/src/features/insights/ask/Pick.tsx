import { Select } from 'antd';
import { useWords, type WordKind } from '@/shared/use_words';

interface Props<T extends string> {
  kind: WordKind;
  label: string;
  options: readonly T[];
  value: T;
  onChange: (value: T) => void;
}

/** One of a few words, in a sentence. */
export function Pick<T extends string>({ kind, label, options, value, onChange }: Props<T>) {
  const word = useWords();
  return (
    <Select<T>
      className="pick"
      aria-label={label}
      popupMatchSelectWidth={false}
      value={value}
      onChange={onChange}
      options={options.map((one) => ({ value: one, label: word(kind, one) }))}
    />
  );
}
