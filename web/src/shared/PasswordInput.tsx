import { EyeInvisibleOutlined, EyeOutlined } from '@ant-design/icons';
import { Input, type InputProps } from 'antd';
import { useTranslation } from 'react-i18next';

/** A password; a button beside it shows what was typed. */
export function PasswordInput(props: InputProps) {
  const { t } = useTranslation();
  return (
    <Input.Password
      {...props}
      iconRender={(visible) => (
        <button type="button" aria-label={t(visible ? 'do.hide_password' : 'do.show_password')}>
          {visible ? <EyeOutlined /> : <EyeInvisibleOutlined />}
        </button>
      )}
    />
  );
}
