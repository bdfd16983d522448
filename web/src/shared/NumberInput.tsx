import { InputNumber, type InputNumberProps } from 'antd';

/**
 * A number; the arrow keys step it. The small arrows for the mouse are left out, for Ant Design
 * names them in English only.
 */
export function NumberInput(props: InputNumberProps<number>) {
  return <InputNumber<number> {...props} controls={false} />;
}
