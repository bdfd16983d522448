import { Form, type FormItemProps } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { NumberInput } from '../NumberInput';

interface Props extends Pick<FormItemProps, 'name' | 'label' | 'extra' | 'noStyle' | 'preserve'> {
  min?: number;
  max?: number;
  precision?: number;
  addonAfter?: ReactNode;
  'aria-label'?: string;
  /** The form takes none. */
  optional?: boolean;
}

/** A number of an Ant Design form: an emptied one is not sent as none. */
export function NumberItem({ name, label, extra, noStyle, preserve, optional, ...box }: Props) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name={name}
      label={label}
      extra={extra}
      noStyle={noStyle ?? false}
      preserve={preserve ?? true}
      rules={[{ required: !optional, message: t('fault.needed') }]}
    >
      <NumberInput {...box} />
    </Form.Item>
  );
}
