// When a question is asked: by itself while answers come fast, else by the button.
import { useCallback, useEffect, useState } from 'react';
import type { Question } from '@/api/types';

const kPause = 500;
const kFastMilliseconds = 2_000;

/** The question that is asked now, out of the one on the page. */
export function useAsked(question: Question, complete: boolean, lastMilliseconds: number | null) {
  const text = JSON.stringify(question);
  const [asked, setAsked] = useState<string | null>(complete ? text : null);
  const fast = lastMilliseconds === null || lastMilliseconds < kFastMilliseconds;
  useEffect(() => {
    if (!complete || !fast) return undefined;
    const timer = setTimeout(() => setAsked(text), kPause);
    return () => clearTimeout(timer);
  }, [text, complete, fast]);
  const askNow = useCallback(() => setAsked(text), [text]);
  return { asked, current: asked === text, askNow };
}
