import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Selector } from '@/api/types';
import { SelectorEditor } from '../SelectorEditor';
import { Part } from './Part';

interface Props {
  title: string;
  none: string;
  value: Selector | undefined;
  onChange: (selector: Selector | undefined) => void;
  path: string;
}

/** An event that need not be chosen. */
export function OptionalSelector({ title, none, value, onChange, path }: Props) {
  const { t } = useTranslation();
  return (
    <Part title={title}>
      {value ? (
        <>
          <SelectorEditor path={path} value={value} onChange={onChange} />
          <Button type="link" size="small" onClick={() => onChange(undefined)}>
            {t('ask.leave_out')}
          </Button>
        </>
      ) : (
        <div className="sentence">
          <span className="quiet">{none}</span>
          <Button type="link" size="small" onClick={() => onChange({})}>
            {t('ask.choose_event')}
          </Button>
        </div>
      )}
    </Part>
  );
}
