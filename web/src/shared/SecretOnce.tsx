import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { copyText } from './copy_text';

/** A link or secret that is shown this once, with a button that copies it. */
export function SecretOnce({ text, hint }: { text: string; hint: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const copy = () =>
    copyText(text).then(
      () => message.success(t('do.copied')),
      () => message.warning(t('do.copy_failed')),
    );
  return (
    <div className="stack tight">
      <p style={{ margin: 0 }}>{hint}</p>
      <div className="secret">
        <code className="grow">{text}</code>
        <Button size="small" onClick={() => void copy()}>
          {t('do.copy')}
        </Button>
      </div>
    </div>
  );
}
