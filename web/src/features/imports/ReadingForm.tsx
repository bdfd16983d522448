import { AutoComplete, Input, Select, Switch } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportMapping } from '@/api/types';
import { useWorkspace } from '@/shared/session';
import { ZonedPicker } from '@/shared/ZonedPicker';
import { withReading } from './mapping';
import type { Kind } from './upload';

const kEncodings = ['UTF-8', 'UTF-16LE', 'UTF-16BE', 'GB18030', 'windows-1252', 'ISO-8859-1'];
const kDateFormats = ['iso', 'dmy', 'mdy', 'yyyymmdd'] as const;

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <label style={{ display: 'grid', gap: 2, minWidth: 160 }}>
      <span className="quiet small">{name}</span>
      {children}
    </label>
  );
}

interface Props {
  kind: Kind;
  mapping: ImportMapping;
  change: (mapping: ImportMapping) => void;
}

/** How the file is read: what was found, and may be put right. */
export function ReadingForm({ kind, mapping, change }: Props) {
  const { t } = useTranslation();
  const { zone, currency } = useWorkspace();
  const put = <K extends Exclude<keyof ImportMapping, 'columns'>>(
    name: K,
    value: ImportMapping[K] | undefined,
  ) => change(withReading(mapping, name, value));
  return (
    <div className="row wide" style={{ alignItems: 'flex-start' }}>
      <Line name={t('import.delimiter')}>
        <Select
          value={mapping.delimiter}
          onChange={(value) => put('delimiter', value)}
          options={[
            { value: ',', label: t('import.comma') },
            { value: ';', label: t('import.semicolon') },
            { value: '\t', label: t('import.tab') },
            { value: '|', label: t('import.pipe') },
            { value: 'spaces', label: t('import.spaces') },
          ]}
        />
      </Line>
      <Line name={t('import.encoding')}>
        <AutoComplete
          value={mapping.encoding ?? ''}
          options={kEncodings.map((value) => ({ value }))}
          onChange={(value) => put('encoding', value)}
        />
      </Line>
      <Line name={t('import.date_format')}>
        <Select
          allowClear
          placeholder={t('import.found_out')}
          value={mapping.date_format}
          onChange={(value) => put('date_format', value)}
          options={kDateFormats.map((value) => ({ value, label: t(`import.date_${value}`) }))}
        />
      </Line>
      <Line name={t('import.zone')}>
        <Input
          value={mapping.zone ?? ''}
          placeholder={zone}
          onChange={(event) => put('zone', event.target.value)}
        />
      </Line>
      {kind === 'orders' ? (
        <>
          <Line name={t('import.currency')}>
            <Input
              value={mapping.currency ?? ''}
              maxLength={3}
              placeholder={currency}
              onChange={(event) => put('currency', event.target.value.toUpperCase())}
            />
          </Line>
          <Line name={t('import.refund_prefix')}>
            <Input
              value={mapping.refund_prefix ?? ''}
              onChange={(event) => put('refund_prefix', event.target.value)}
            />
          </Line>
        </>
      ) : null}
      <Line name={t('import.until')}>
        <ZonedPicker
          placeholder={t('import.until_none')}
          value={mapping.until}
          onChange={(at) => put('until', at ?? undefined)}
        />
      </Line>
      <Line name={t('import.header')}>
        <span>
          <Switch
            checked={mapping.header ?? true}
            onChange={(value) => put('header', value)}
            aria-label={t('import.header')}
          />
        </span>
      </Line>
    </div>
  );
}
