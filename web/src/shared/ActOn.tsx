import { ThunderboltOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActDialog } from './ActDialog';
import { type ActionKind, type Whom, kActions } from './action';
import { useSession } from './session';
import { useFormat } from './use_format';

interface Props {
  whom: Whom;
  /** How many people these are, as the page knows it. */
  n: number;
  size?: 'small' | 'middle';
}

/** What can be done at once to chosen people: each action by its right. */
export function ActOn({ whom, n, size = 'middle' }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const rights = useSession().rights ?? [];
  const [kind, setKind] = useState<ActionKind | null>(null);
  const possible = kActions.filter(({ right }) => rights.includes(right));
  if (possible.length === 0) return null;
  return (
    <>
      <Dropdown
        disabled={n === 0}
        trigger={['click']}
        menu={{
          items: possible.map((one) => ({ key: one.kind, label: t(`act.${one.kind}`) })),
          onClick: ({ key }) => setKind(key as ActionKind),
        }}
      >
        <Button icon={<ThunderboltOutlined />} size={size}>
          {n === 0 ? t('act.on_none') : t('act.on', { count: n, n: format.count(n) })}
        </Button>
      </Dropdown>
      {kind ? <ActDialog kind={kind} whom={whom} onClose={() => setKind(null)} /> : null}
    </>
  );
}
