import { CloseOutlined } from '@ant-design/icons';
import { Button, Dropdown, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { SegmentRule } from '@/api/types';
import { LeafEditor } from './LeafEditor';
import { groupOf, kLeafKinds, leafOf, newLeaf, ruleOf, type Join, type LeafKind } from './rule';

const kJoins: readonly Join[] = ['all', 'any', 'not_all', 'not_any'];

interface Props {
  value: SegmentRule;
  onChange: (rule: SegmentRule) => void;
  /** Of an inner part. */
  onRemove?: () => void;
  /** The segment that is edited: it cannot refer to itself. */
  self?: string | undefined;
}

const kindOf = (leaf: SegmentRule, denied: boolean): LeafKind => {
  const kind = Object.keys(leaf)[0] as LeafKind;
  return denied && kind === 'did' ? 'not_did' : kind;
};

function Leaf({ value, onChange, onRemove, self }: Props) {
  const { t } = useTranslation();
  const { leaf, denied } = leafOf(value);
  const put = (next: SegmentRule, not: boolean) => onChange(not ? { not: next } : next);
  return (
    <div className="condition row">
      {'did' in leaf ? null : (
        <Select<'yes' | 'not'>
          className="pick"
          size="small"
          aria-label={t('segment.holds')}
          popupMatchSelectWidth={false}
          value={denied ? 'not' : 'yes'}
          onChange={(next) => put(leaf, next === 'not')}
          options={[
            { value: 'yes', label: t('segment.holds_yes') },
            { value: 'not', label: t('segment.holds_not') },
          ]}
        />
      )}
      <Select<LeafKind>
        className="pick"
        size="small"
        aria-label={t('segment.kind')}
        popupMatchSelectWidth={false}
        value={kindOf(leaf, denied)}
        onChange={(kind) => {
          const swap = 'did' in leaf && (kind === 'did' || kind === 'not_did');
          if (swap) put(leaf, kind === 'not_did');
          else onChange(newLeaf(kind));
        }}
        options={kLeafKinds.map((kind) => ({ value: kind, label: t(`segment.kind_${kind}`) }))}
      />
      <LeafEditor value={leaf} onChange={(next) => put(next, denied)} {...(self ? { self } : {})} />
      {onRemove ? (
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined />}
          aria-label={t('ask.remove_condition')}
          onClick={onRemove}
        />
      ) : null}
    </div>
  );
}

/** A tree of conditions in sentences. */
export function RuleEditor({ value, onChange, onRemove, self }: Props) {
  const { t } = useTranslation();
  const group = groupOf(value);
  if (!group)
    return (
      <Leaf value={value} onChange={onChange} self={self} {...(onRemove ? { onRemove } : {})} />
    );
  const { join, parts } = group;
  const put = (next: SegmentRule[], to: Join = join) => onChange(ruleOf({ join: to, parts: next }));
  return (
    <div className="conditions">
      <div className="row">
        <Select<Join>
          className="pick"
          size="small"
          aria-label={t('ask.join')}
          popupMatchSelectWidth={false}
          value={join}
          onChange={(to) => put(parts, to)}
          options={kJoins.map((one) => ({ value: one, label: t(`ask.join_${one}`) }))}
        />
        {onRemove ? (
          <Button
            type="text"
            size="small"
            icon={<CloseOutlined />}
            aria-label={t('ask.remove_condition')}
            onClick={onRemove}
          />
        ) : null}
      </div>
      {parts.map((part, i) => (
        <RuleEditor
          key={i}
          self={self}
          value={part}
          onChange={(next) => put(parts.map((one, at) => (at === i ? next : one)))}
          onRemove={() => put(parts.filter((_, at) => at !== i))}
        />
      ))}
      <div className="adders">
        <Dropdown
          trigger={['click']}
          menu={{
            items: kLeafKinds.map((kind) => ({ key: kind, label: t(`segment.kind_${kind}`) })),
            onClick: ({ key }) => put([...parts, newLeaf(key as LeafKind)]),
          }}
        >
          <Button type="link" size="small">
            + {t('ask.condition')}
          </Button>
        </Dropdown>
        <Button type="link" size="small" onClick={() => put([...parts, { any: [newLeaf('did')] }])}>
          + {t('ask.group')}
        </Button>
      </div>
    </div>
  );
}
