import { Button, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PeopleCondition } from '@/api/types';
import { At } from './At';
import {
  fromRoot,
  newGroup,
  newLeaf,
  rootOf,
  withChild,
  withNew,
  type Branch,
  type Group,
} from './condition';
import { LeafEditor, type About, type BranchProps } from './LeafEditor';

interface GroupProps extends BranchProps<Group> {
  more?: ReactNode;
}

const kJoins = ['all', 'any', 'not_all', 'not_any'] as const;

function GroupEditor({ branch, onChange, more, ...about }: GroupProps) {
  const { t } = useTranslation();
  const put = (i: number, child: Branch | null) => onChange(withChild(branch, i, child));
  const blank = newLeaf({ property: '', op: 'is' });
  const join = `${branch.negated ? 'not_' : ''}${branch.join}` as (typeof kJoins)[number];
  const several = branch.children.length > 1 || branch.negated || branch.join === 'any';
  return (
    <div className={branch.children.length ? 'conditions' : undefined}>
      {several ? (
        <Select
          className="pick"
          size="small"
          aria-label={t('ask.join')}
          popupMatchSelectWidth={false}
          value={join}
          onChange={(next) =>
            onChange({
              ...branch,
              negated: next.startsWith('not_'),
              join: next.endsWith('any') ? 'any' : 'all',
            })
          }
          options={kJoins.map((value) => ({ value, label: t(`ask.join_${value}`) }))}
        />
      ) : null}
      {branch.children.map((child, i) =>
        child.kind === 'leaf' ? (
          <LeafEditor key={i} {...about} branch={child} onChange={(next) => put(i, next)} />
        ) : (
          <GroupEditor
            key={i}
            {...about}
            branch={child}
            onChange={(next) =>
              put(i, next?.kind === 'group' && !next.children.length ? null : next)
            }
          />
        ),
      )}
      <div className="adders">
        <Button type="link" size="small" onClick={() => onChange(withNew(branch, blank))}>
          + {about.scope === 'person' ? t('ask.person_condition') : t('ask.condition')}
        </Button>
        {about.scope === 'person' ? (
          <Button
            type="link"
            size="small"
            onClick={() => onChange(withNew(branch, newLeaf({ set: '' })))}
          >
            + {t('ask.set_condition')}
          </Button>
        ) : null}
        {branch.children.length > 0 ? (
          <Button
            type="link"
            size="small"
            onClick={() => onChange(withNew(branch, newGroup('any', blank)))}
          >
            + {t('ask.group')}
          </Button>
        ) : null}
        {more}
      </div>
    </div>
  );
}

interface Props extends About {
  value: PeopleCondition | undefined;
  onChange: (condition: PeopleCondition | undefined) => void;
  path: string;
  /** What else can be added here. */
  more?: ReactNode;
}

/** Comparisons with and, or and not, as deep as one likes. */
export function ConditionEditor({ value, onChange, path, more, ...about }: Props) {
  const root = rootOf(value, path);
  return (
    <At path={path}>
      <GroupEditor
        {...about}
        branch={root}
        more={more}
        onChange={(next) => onChange(next?.kind === 'group' ? fromRoot(next) : undefined)}
      />
    </At>
  );
}
