import { Link } from 'react-router';

/** A person by number, opening to their points. */
export function MemberLink({ programme, person }: { programme: string; person: number }) {
  return <Link to={`/loyalty/people/${person}?programme=${programme}`}>{person}</Link>;
}
