import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '@/api/client';
import { ProblemView } from '../ProblemView';
import type { Faults } from './faults';
import { nearest } from './places';
import { useProblemText } from './use_problem_text';

interface Form {
  /** What is wrong, by place; shown once somebody tried to save. */
  texts: Readonly<Record<string, string>>;
  /** Whether somebody tried to save what is not right yet. */
  tried: boolean;
  /** There is no form around it. */
  alone: boolean;
  /** A place says that it is there, and that it is gone. */
  enter: (path: string) => () => void;
  /** A box that must not be empty is; gives back what says that it is filled. */
  lack: () => () => void;
  /** Whether all is right; shows what is not. */
  attempt: () => boolean;
}

const kNothing = () => undefined;
const Context = createContext<Form>({
  texts: {},
  tried: false,
  alone: true,
  enter: () => kNothing,
  lack: () => kNothing,
  attempt: () => true,
});

export const useFields = (): Form => useContext(Context);

interface Props {
  /** What the form itself found. */
  faults?: Faults;
  /** What the server said of the last try. */
  error: unknown;
  /** What stands above the faults: the head of a page with its button. */
  head?: ReactNode;
  children: ReactNode;
}

/** A form whose faults stand at their fields; what belongs to no field stands above it. */
export function Fields({ faults, error, head, children }: Props) {
  const { t } = useTranslation();
  const textOf = useProblemText();
  const places = useRef(new Map<string, number>());
  const lacking = useRef(0);
  const body = useRef<HTMLDivElement>(null);
  const [version, setVersion] = useState(0);
  const [tries, setTries] = useState(0);
  const enter = useCallback((path: string) => {
    const change = (by: number) => {
      places.current.set(path, (places.current.get(path) ?? 0) + by);
      setVersion((old) => old + 1);
    };
    change(1);
    return () => change(-1);
  }, []);
  const lack = useCallback(() => {
    lacking.current += 1;
    return () => void (lacking.current -= 1);
  }, []);
  const attempt = () => {
    const right = Object.keys(faults ?? {}).length === 0 && lacking.current === 0;
    setTries((old) => (right ? 0 : old + 1));
    return right;
  };
  const problem = error ? problemOf(error, 0).problem : null;
  const field = useMemo(() => {
    const here = [...places.current].filter(([, n]) => n > 0).map(([path]) => path);
    return problem?.where ? nearest(problem.where, here) : null;
    // `version` stands for what is in `places`.
  }, [problem?.where, version]);
  const texts: Record<string, string> = {};
  if (field && problem) texts[field] = textOf(problem);
  if (tries > 0)
    for (const [at, fault] of Object.entries(faults ?? {})) texts[at] = t(`fault.${fault}`);
  const wrong = Object.keys(texts).length > 0 || (tries > 0 && lacking.current > 0);
  // Forms are long: the first fault comes into sight, and its box takes what is typed.
  useEffect(() => {
    if (tries === 0 && !field) return;
    const first = body.current?.querySelector('[data-fault]');
    first?.scrollIntoView({ block: 'center' });
    first?.parentElement
      ?.querySelector<HTMLElement>('input, textarea')
      ?.focus({ preventScroll: true });
  }, [tries, field, error]);
  return (
    <Context.Provider value={{ texts, tried: tries > 0, alone: false, enter, lack, attempt }}>
      {head}
      {error && !field ? <ProblemView error={error} /> : null}
      {wrong ? (
        <p className="bad" role="alert">
          {t('fault.mend')}
        </p>
      ) : null}
      <div ref={body} style={{ display: 'contents' }}>
        {children}
      </div>
    </Context.Provider>
  );
}

/** What is wrong with the field at this place, below it. */
export function FieldFault({ at }: { at: string }) {
  const { texts, enter } = useFields();
  useEffect(() => enter(at), [enter, at]);
  const text = texts[at];
  return text ? (
    <div className="bad small" data-fault={at}>
      {text}
    </div>
  ) : null;
}
