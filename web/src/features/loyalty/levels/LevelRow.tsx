import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined } from '@ant-design/icons';
import { Button, Input, Popconfirm, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { LoyaltyLevel } from '@/api/types';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { NumberInput } from '@/shared/NumberInput';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { FieldFault } from '@/shared/form/Fields';
import { kPrivileges, privilegesOf, withPrivileges } from './levels_draft';

interface Props {
  /** Its place, of so many. */
  at: number;
  of: number;
  level: LoyaltyLevel;
  /** Decimal places of thresholds: those of money, else none. */
  digits: number;
  onChange: (level: LoyaltyLevel) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

/** What it takes to be in a level, and what it gives. */
export function LevelRow({ at, of, level, digits, onChange, onMove, onRemove }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const called = level.name || t('levels_form.nth', { n: at + 1 });
  const put = (part: Partial<LoyaltyLevel>) => onChange({ ...level, ...part });
  const keep = level.keep_threshold ?? -1;
  const people = level.people ?? 0;
  return (
    <tr>
      <td className="nowrap">
        {([-1, 1] as const).map((by) => (
          <Button
            key={by}
            type="text"
            size="small"
            icon={by < 0 ? <ArrowUpOutlined /> : <ArrowDownOutlined />}
            disabled={at + by < 0 || at + by >= of}
            aria-label={t(by < 0 ? 'levels_form.lower' : 'levels_form.higher', { level: called })}
            onClick={() => onMove(by)}
          />
        ))}
      </td>
      <td>
        <Input
          aria-label={t('levels_form.name_of', { n: at + 1 })}
          maxLength={60}
          style={{ width: 150 }}
          value={level.name}
          onChange={({ target }) => put({ name: target.value })}
        />
        <FieldFault at={`levels.${at}.name`} />
        <FieldFault at={`levels.${at}`} />
      </td>
      <td>
        <NeededNumber
          aria-label={`${called}: ${t('loyalty.reach')}`}
          min={0}
          precision={digits}
          disabled={at === 0}
          style={{ width: 110 }}
          unit={10 ** digits}
          value={level.threshold ?? 0}
          onChange={(threshold) => put({ threshold })}
        />
        <FieldFault at={`levels.${at}.threshold`} />
      </td>
      <td>
        <NumberInput
          aria-label={`${called}: ${t('loyalty.keep')}`}
          min={0}
          precision={digits}
          disabled={at === 0}
          placeholder={t('loyalty.keep_same')}
          style={{ width: 110 }}
          value={keep < 0 ? null : keep / 10 ** digits}
          onChange={(next) =>
            put({ keep_threshold: next === null ? -1 : Math.round(next * 10 ** digits) })
          }
        />
      </td>
      <td>
        <NeededNumber
          aria-label={`${called}: ${t('loyalty.multiplier')}`}
          prefix="×"
          min={0}
          max={1_000}
          style={{ width: 90 }}
          unit={100}
          precision={2}
          value={level.multiplier_percent ?? 100}
          onChange={(multiplier_percent) => put({ multiplier_percent })}
        />
      </td>
      <td>
        <Select<string[]>
          mode="tags"
          aria-label={`${called}: ${t('loyalty.privileges')}`}
          placeholder={t('levels_form.no_privileges')}
          style={{ width: '100%', minWidth: 260 }}
          value={privilegesOf(level)}
          onChange={(names) => onChange(withPrivileges(level, names))}
          options={kPrivileges.map((one) => ({ value: one, label: word('privilege', one) }))}
        />
      </td>
      <td>
        <Popconfirm
          disabled={people === 0}
          title={t('levels_form.remove_ask', { level: called })}
          description={t('levels_form.remove_what', { n: format.count(people) })}
          okText={t('levels_form.remove_do')}
          cancelText={t('do.keep')}
          onConfirm={onRemove}
        >
          <Button
            type="text"
            size="small"
            icon={<CloseOutlined />}
            aria-label={t('levels_form.remove', { level: called })}
            {...(people === 0 ? { onClick: onRemove } : {})}
          />
        </Popconfirm>
      </td>
    </tr>
  );
}
