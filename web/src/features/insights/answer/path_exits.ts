// The steps of paths by name, and where people leave. Pure.
import type { AnswerOf } from './answers';
import type { Look } from './look';

type Answer = AnswerOf<'paths'>;
type PathNode = Answer['nodes'][number];

export function nodeName(node: PathNode, look: Look): string {
  if (node.kind === 'other') return look.t('answer.other');
  return node.event;
}

export interface Exit {
  id: string;
  from: string;
  depth: number;
  value: number;
  people?: string | undefined;
}

/** Where people leave before the last column: a way to the next column, to its one way out. */
export function exitsOf(answer: Answer): Exit[] {
  const steps = answer.nodes.map((node) => node.step);
  const first = Math.min(...steps);
  const last = Math.max(...steps);
  const towards = first < 0;
  if (towards) return [];
  return answer.nodes.flatMap((node) =>
    node.step < last && (node.dropped.value ?? 0) > 0
      ? [
          {
            id: `exit ${node.step + 1}`,
            from: node.id,
            depth: node.step + 1 - first,
            value: node.dropped.value ?? 0,
            people: node.dropped.people,
          },
        ]
      : [],
  );
}
