import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import type { Problem } from '@/api/types';
import { nearest } from '@/shared/form/places';
import { useProblemText } from '@/shared/form/use_problem_text';

interface Places {
  enter: (path: string) => () => void;
  place: string | null;
  text: string;
}
const Context = createContext<Places>({ enter: () => () => undefined, place: null, text: '' });

/** Shows a problem at the place on the page that its `where` names. */
export function FieldErrors({
  problem,
  children,
}: {
  problem: Problem | null;
  children: ReactNode;
}) {
  const textOf = useProblemText();
  const paths = useRef(new Map<string, number>());
  const [version, setVersion] = useState(0);
  const enter = useCallback((path: string) => {
    const change = (by: number) => {
      paths.current.set(path, (paths.current.get(path) ?? 0) + by);
      setVersion((old) => old + 1);
    };
    change(1);
    return () => change(-1);
  }, []);
  const value = useMemo((): Places => {
    const here = [...paths.current].filter(([, n]) => n > 0).map(([path]) => path);
    return {
      enter,
      place: problem?.where ? nearest(problem.where, here) : null,
      text: problem ? textOf(problem) : '',
    };
    // `version` stands for what is in `paths`.
  }, [enter, problem, version, textOf]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

/** A place of the question; its errors stand below it. */
export function At({ path, children }: { path: string; children: ReactNode }) {
  const { enter, place, text } = useContext(Context);
  const id = useId();
  useEffect(() => enter(path), [enter, path]);
  const wrong = place === path;
  return (
    <div
      className={wrong ? 'at wrong' : 'at'}
      {...(wrong ? { role: 'group', 'aria-describedby': id } : {})}
    >
      {children}
      {wrong ? (
        <div id={id} className="bad small" role="alert">
          {text}
        </div>
      ) : null}
    </div>
  );
}
