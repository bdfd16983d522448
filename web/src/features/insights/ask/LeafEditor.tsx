import { CloseOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { EventChoice } from '@/api/types';
import { At } from './At';
import type { Branch, LeafBranch } from './condition';
import type { Scope } from './names';
import { SetPicker } from './SetPicker';
import { TestEditor } from './TestEditor';

export interface About {
  scope: Scope;
  event?: EventChoice | undefined;
}
export interface BranchProps<B extends Branch> extends About {
  branch: B;
  onChange: (branch: Branch | null) => void;
}

function RemoveButton({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <Button
      type="text"
      size="small"
      aria-label={t('ask.remove_condition')}
      icon={<CloseOutlined />}
      onClick={onClick}
    />
  );
}

/** One comparison of a condition. */
export function LeafEditor({ branch, onChange, ...about }: BranchProps<LeafBranch>) {
  const { leaf } = branch;
  const { t } = useTranslation();
  return (
    <At path={branch.path}>
      <div className="sentence">
        {branch.negated ? (
          <Button size="small" onClick={() => onChange({ ...branch, negated: false })}>
            {t('ask.not')}
          </Button>
        ) : null}
        {'set' in leaf ? (
          <SetPicker value={leaf.set} onChange={(set) => onChange({ ...branch, leaf: { set } })} />
        ) : (
          <TestEditor
            {...about}
            test={leaf}
            onChange={(test) => onChange({ ...branch, leaf: test })}
          />
        )}
        <RemoveButton onClick={() => onChange(null)} />
      </div>
    </At>
  );
}
