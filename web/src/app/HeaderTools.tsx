import {
  GlobalOutlined,
  LogoutOutlined,
  MoonOutlined,
  SunOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { App, Button, Dropdown, type MenuProps } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { chooseLanguage } from '@/i18n';
import { fetchSession, useAdoptSession, useSession } from '@/shared/session';
import { chooseTheme, useThemeName } from '@/shared/theme_choice';
import { useWords } from '@/shared/use_words';

function UserMenu() {
  const { t } = useTranslation();
  const { user } = useSession();
  const word = useWords();
  const adopt = useAdoptSession();
  const { message } = App.useApp();
  const signOut = useMutation({
    mutationFn: async () => {
      await must(api.DELETE('/v1/session'));
      return fetchSession();
    },
    onSuccess: adopt,
    onError: (error) => message.error(error.message),
  });
  if (!user) return null;
  const items: MenuProps['items'] = [
    { key: 'who', disabled: true, label: `${user.email} · ${word('role', user.role)}` },
    {
      key: 'out',
      icon: <LogoutOutlined />,
      label: t('do.sign_out'),
      onClick: () => signOut.mutate(),
    },
  ];
  return (
    <Dropdown menu={{ items }} trigger={['click']}>
      <Button type="text" icon={<UserOutlined />}>
        {user.name || user.email}
      </Button>
    </Dropdown>
  );
}

/** Language, light or dark, and who is signed in. */
export function HeaderTools() {
  const { t, i18n } = useTranslation();
  const theme = useThemeName();
  const other = i18n.language === 'zh' ? 'en' : 'zh';
  return (
    <>
      <Button
        type="text"
        icon={<GlobalOutlined />}
        lang={other}
        onClick={() => void chooseLanguage(other)}
      >
        {t('header.other_language')}
      </Button>
      <Button
        type="text"
        aria-label={theme === 'dark' ? t('header.to_light') : t('header.to_dark')}
        title={theme === 'dark' ? t('header.to_light') : t('header.to_dark')}
        icon={theme === 'dark' ? <SunOutlined /> : <MoonOutlined />}
        onClick={() => chooseTheme(theme === 'dark' ? 'light' : 'dark')}
      />
      <UserMenu />
    </>
  );
}
