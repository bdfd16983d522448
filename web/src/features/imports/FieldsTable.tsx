import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Import, ImportMapping } from '@/api/types';
import { useWords } from '@/shared/use_words';
import { columnChoices, extraColumns, withColumn, withExtras } from './mapping';

interface FieldsProps {
  one: Import;
  mapping: ImportMapping;
  change: (mapping: ImportMapping) => void;
}

/** Which column gives which field, with the first values beside it. */
export function FieldsTable({ one, mapping, change }: FieldsProps) {
  const { t } = useTranslation();
  const word = useWords();
  const choices = columnChoices(one.sample);
  const used = new Set(Object.values(mapping.columns));
  const options = choices.map(({ value, label }) => ({ value, label }));
  return (
    <table className="plain" style={{ maxWidth: 900 }}>
      <thead>
        <tr>
          <th>{t('import.field')}</th>
          <th>{t('import.column')}</th>
          <th>{t('import.first_values')}</th>
        </tr>
      </thead>
      <tbody>
        {one.fields.map(({ name, needed }) => {
          const column = mapping.columns[name];
          const choice = choices.find((candidate) => candidate.value === column);
          return (
            <tr key={name}>
              <td>
                {word('field', name)}{' '}
                {needed ? <span className="quiet small">{t('import.needed')}</span> : null}
              </td>
              <td>
                <Select
                  allowClear
                  showSearch
                  aria-label={word('field', name)}
                  status={needed && !column ? 'error' : ''}
                  placeholder={t('import.no_column')}
                  value={column}
                  options={options}
                  onChange={(value: string | undefined) => change(withColumn(mapping, name, value))}
                  style={{ width: 240 }}
                />
              </td>
              <td className="quiet">{choice?.samples.join(' · ')}</td>
            </tr>
          );
        })}
        {one.kind === 'orders' ? null : (
          <tr>
            <td>{one.kind === 'customers' ? t('import.traits') : t('import.properties')}</td>
            <td colSpan={2}>
              <Select
                mode="multiple"
                aria-label={t('import.extras')}
                placeholder={t('import.extras')}
                value={extraColumns(one.fields, mapping)}
                options={options.filter(
                  ({ value }) => !used.has(value) || mapping.columns[value] === value,
                )}
                onChange={(extras: string[]) => change(withExtras(one.fields, mapping, extras))}
                style={{ width: '100%' }}
              />
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
