import { useFormat } from '@/shared/use_format';

/** A line of a list to choose from: a name, and how often it occurs. */
export function Counted({ name, kind, n }: { name: string; kind?: string; n?: number }) {
  const format = useFormat();
  return (
    <span className="counted">
      <span>
        {name}
        {kind ? <span className="quiet small"> {kind}</span> : null}
      </span>
      {n === undefined ? null : <span className="quiet small">{format.count(n)}</span>}
    </span>
  );
}
