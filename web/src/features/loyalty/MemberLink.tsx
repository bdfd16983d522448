import { Link } from 'react-router';
import { usePersonName } from '@/shared/use_person_name';

/** A person by name, or by number when nobody said it, opening to their points. */
export function MemberLink({ programme, person }: { programme: string; person: number }) {
  const name = usePersonName(person);
  return (
    <Link to={`/loyalty/people/${person}?programme=${programme}`}>{name || `#${person}`}</Link>
  );
}
