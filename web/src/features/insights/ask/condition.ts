// Conditions as trees to edit: groups (all / any), leaves, and a mark for "not". Pure.
import type { ConditionTest, PeopleCondition } from '@/api/types';

export type Leaf = ConditionTest | { set: string };
export interface Group {
  kind: 'group';
  negated: boolean;
  join: 'all' | 'any';
  children: Branch[];
  /** Where it stands in the document, in the words of a problem's `where`. */
  path: string;
}
export interface LeafBranch {
  kind: 'leaf';
  negated: boolean;
  leaf: Leaf;
  path: string;
}
export type Branch = Group | LeafBranch;

export function branchOf(condition: PeopleCondition, path: string, negated = false): Branch {
  if ('not' in condition) return branchOf(condition.not, `${path}.not`, !negated);
  const join = 'all' in condition ? 'all' : 'any' in condition ? 'any' : null;
  if (join === null) return { kind: 'leaf', negated, leaf: condition as Leaf, path };
  const inner = (condition as Record<string, PeopleCondition[]>)[join] ?? [];
  const children = inner.map((one, i) => branchOf(one, `${path}.${join}[${i}]`));
  return { kind: 'group', negated, join, children, path };
}

/** The whole condition as one group, so that there is always a place to add to. */
export function rootOf(condition: PeopleCondition | undefined, path: string): Group {
  const none: Group = { kind: 'group', negated: false, join: 'all', children: [], path };
  if (!condition) return none;
  const branch = branchOf(condition, path);
  return branch.kind === 'group' ? branch : { ...none, children: [branch] };
}

export function conditionOf(branch: Branch): PeopleCondition {
  const plain: PeopleCondition =
    branch.kind === 'leaf'
      ? branch.leaf
      : branch.join === 'all'
        ? { all: branch.children.map(conditionOf) }
        : { any: branch.children.map(conditionOf) };
  return branch.negated ? { not: plain } : plain;
}

/** A group without anything in it says nothing and is left out. */
export const fromRoot = (root: Group): PeopleCondition | undefined =>
  root.children.length === 0 ? undefined : conditionOf(root);

export function withChild(group: Group, i: number, child: Branch | null): Group {
  const children = group.children.flatMap((one, at) => (at !== i ? [one] : child ? [child] : []));
  return { ...group, children };
}

export const withNew = (group: Group, child: Branch): Group => ({
  ...group,
  children: [...group.children, child],
});

export const newLeaf = (leaf: Leaf): LeafBranch => ({
  kind: 'leaf',
  negated: false,
  leaf,
  path: '',
});
export const newGroup = (join: 'all' | 'any', child: Branch): Group => ({
  kind: 'group',
  negated: false,
  join,
  children: [child],
  path: '',
});

export const countTests = (branch: Branch): number =>
  branch.kind === 'leaf' ? 1 : branch.children.reduce((sum, one) => sum + countTests(one), 0);
