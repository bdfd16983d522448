import { Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import type { SegmentDefinition } from '@/api/types';
import { SegmentPick } from './SegmentPick';

/** Whom a rule is about, and what its negations are held against. */
export function UniversePick({
  value,
  onChange,
  self,
}: {
  value: SegmentDefinition['universe'];
  onChange: (universe: SegmentDefinition['universe']) => void;
  self?: string | undefined;
}) {
  const { t } = useTranslation();
  const kind = typeof value === 'string' ? value : 'segment';
  return (
    <div className="row">
      <Radio.Group
        aria-label={t('segment.universe')}
        value={kind}
        onChange={({ target }) =>
          onChange(target.value === 'segment' ? { segment: '' } : target.value)
        }
        options={(['known', 'everyone', 'segment'] as const).map((one) => ({
          value: one,
          label: t(`segment.universe_${one}`),
        }))}
      />
      {typeof value === 'string' ? null : (
        <SegmentPick
          value={value.segment}
          onChange={(segment) => onChange({ segment })}
          {...(self ? { not: self } : {})}
        />
      )}
    </div>
  );
}
