import { Button, Checkbox, Input, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isTrait, kColumns, traitColumn, traitOf, type ColumnWord } from './query';
import type { Views } from './use_views';

/** Which columns the list has; those chosen last stand last. */
export function ColumnsPick({ views }: { views: Views }) {
  const { t } = useTranslation();
  const [trait, setTrait] = useState('');
  const { columns, keep } = views;
  const offered = [...kColumns, ...columns.filter(isTrait)];
  const add = () => {
    const column = traitColumn(trait.trim());
    if (trait.trim() && !columns.includes(column)) keep.mutate([...columns, column]);
    setTrait('');
  };
  return (
    <div className="stack" style={{ maxWidth: 320 }}>
      <Checkbox.Group
        value={columns}
        onChange={(next) => {
          const kept = columns.filter((one) => next.includes(one));
          const added = next.filter((one) => !columns.includes(one));
          if (next.length > 0) keep.mutate([...kept, ...added]);
        }}
        options={offered.map((value) => ({
          value,
          label: isTrait(value) ? traitOf(value) : t(`customer.${value as ColumnWord}`),
        }))}
      />
      <Space.Compact>
        <Input
          aria-label={t('customers.trait_column')}
          placeholder={t('customers.trait_column')}
          value={trait}
          onChange={({ target }) => setTrait(target.value)}
          onPressEnter={add}
        />
        <Button onClick={add}>{t('customers.trait_add')}</Button>
      </Space.Compact>
    </div>
  );
}
