import { useEffect, useState } from 'react';

const kPause = 300;

/** A value when it has not changed for a moment, so that not every keystroke is a request. */
export function useSettled<T>(value: T): T {
  const text = JSON.stringify(value) as string | undefined; // undefined has no JSON
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(
      () => setSettled((text === undefined ? undefined : JSON.parse(text)) as T),
      kPause,
    );
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
