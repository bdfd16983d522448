import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { SegmentRule } from '@/api/types';
import { DurationPick, EventPick, type Choice } from './Picks';
import { WindowEditor } from './WindowEditor';

type Sequence = Extract<SegmentRule, { sequence: unknown }>['sequence'];
interface Props {
  value: Sequence;
  onChange: (value: Sequence) => void;
}

/** did A, then B, within so long, with no C between. */
export function SequenceEditor({ value, onChange }: Props) {
  const { t } = useTranslation();
  const put = (at: number, choice: Choice) =>
    onChange({ ...value, steps: value.steps.map((step, i) => (i === at ? choice : step)) });
  const without = value.without?.[0];
  return (
    <>
      {value.steps.map((step, i) => (
        <span key={i}>
          {i > 0 ? ` ${t('segment.then')} ` : null}
          <EventPick value={step} onChange={(choice) => put(i, choice)} />
        </span>
      ))}
      <Button
        type="link"
        size="small"
        disabled={value.steps.length >= 8}
        onClick={() => onChange({ ...value, steps: [...value.steps, { event: '' }] })}
      >
        + {t('segment.step')}
      </Button>
      {t('segment.within')}
      <DurationPick
        months={false}
        value={value.within ?? { count: 7, unit: 'day' }}
        onChange={(within) => onChange({ ...value, within })}
      />
      {without ? (
        <>
          {t('segment.without')}
          <EventPick
            value={without}
            onChange={(choice) => onChange({ ...value, without: [choice] })}
          />
        </>
      ) : (
        <Button
          type="link"
          size="small"
          onClick={() => onChange({ ...value, without: [{ event: '' }] })}
        >
          + {t('segment.without')}
        </Button>
      )}
      <WindowEditor
        value={value.window}
        without={['since']}
        onChange={(window) => {
          const { window: _before, ...rest } = value;
          onChange(window ? { ...rest, window } : rest);
        }}
      />
    </>
  );
}
