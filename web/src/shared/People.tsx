import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useTranslation } from 'react-i18next';
import { useRight } from './session';
import { customersPath } from './set_words';
import { useFormat } from './use_format';

interface Props {
  n: number | null | undefined;
  set?: string | undefined;
  children?: ReactNode;
}

/** A number of people that opens exactly these people. */
export function People({ n, set, children }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useRight('customers.read');
  const text = children ?? format.count(n);
  if (!set || !may) return <span>{text}</span>;
  return (
    <Link to={customersPath(set)} title={t('people.open', { n: format.count(n) })}>
      {text}
    </Link>
  );
}
