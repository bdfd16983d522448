import { Button } from 'antd';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage } from '@/i18n';

/** The plain page before anybody is signed in. */
export function DoorFrame({ title, children }: { title: string; children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const other = i18n.language === 'zh' ? 'en' : 'zh';
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main className="sign-in">
      <div className="brand">
        <img src="/favicon.svg" alt="" />
        {t('product')}
        <span className="grow" />
        <Button type="text" lang={other} onClick={() => void chooseLanguage(other)}>
          {t('header.other_language')}
        </Button>
      </div>
      <h1 style={{ marginBottom: 16 }}>{title}</h1>
      {children}
    </main>
  );
}
