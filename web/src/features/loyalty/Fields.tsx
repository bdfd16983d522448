import { createContext, useContext, useEffect, useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '@/api/client';
import { ProblemView } from '@/shared/ProblemView';
import { fieldOf, type Faults } from './faults';

const Context = createContext<Readonly<Record<string, string>>>({});

interface Props {
  /** What the form itself found. */
  faults: Faults;
  /** What the server said of the last try. */
  error: unknown;
  /** The fields that show what the server says of them. */
  fields: readonly string[];
  children: ReactNode;
}

/** A form whose faults stand at their fields; what belongs to no field stands above it. */
export function Fields({ faults, error, fields, children }: Props) {
  const { t } = useTranslation();
  const problem = error ? problemOf(error, 0).problem : null;
  const field = fieldOf(problem?.where, fields);
  const texts = useMemo(() => {
    const all: Record<string, string> = {};
    if (field && problem) all[field] = [problem.detail, problem.hint].filter(Boolean).join('. ');
    for (const [path, fault] of Object.entries(faults)) all[path] = t(`fault.${fault}`);
    return all;
  }, [faults, field, problem, t]);
  const wrong = Object.keys(texts).length > 0;
  // Forms are long: the first fault comes into sight.
  useEffect(() => {
    if (wrong) document.querySelector('[data-fault]')?.scrollIntoView({ block: 'center' });
  }, [wrong]);
  return (
    <Context.Provider value={texts}>
      {error && !field ? <ProblemView error={error} /> : null}
      {wrong ? (
        <p className="bad" role="alert">
          {t('fault.mend')}
        </p>
      ) : null}
      {children}
    </Context.Provider>
  );
}

/** What is wrong with the field at this place, below it. */
export function FieldFault({ at }: { at: string }) {
  const text = useContext(Context)[at];
  return text ? (
    <div className="bad small" data-fault={at}>
      {text}
    </div>
  ) : null;
}
