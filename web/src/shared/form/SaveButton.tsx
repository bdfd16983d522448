import type { UseMutationResult } from '@tanstack/react-query';
import { Button, Popconfirm, type ButtonProps } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFields } from './Fields';

interface Props extends Omit<ButtonProps, 'onClick' | 'loading'> {
  save: Pick<UseMutationResult<unknown, Error, void>, 'isPending' | 'mutate'>;
  /** What is asked before it is done, once all is right. */
  ask?: { title: string; what: string };
}

/**
 * Saves the form around it if all is right. Once: it takes no second click until the first one's
 * answer is there, also in the moment before it is drawn as waiting.
 */
export function SaveButton({ save, ask, ...rest }: Props) {
  const { t } = useTranslation();
  const { attempt } = useFields();
  const [asking, setAsking] = useState(false);
  const under = useRef(false);
  const begin = () => {
    if (under.current || save.isPending || !attempt()) return;
    under.current = true;
    save.mutate(undefined, { onSettled: () => void (under.current = false) });
  };
  const click = () => (ask ? setAsking(attempt()) : begin());
  const button = <Button type="primary" {...rest} loading={save.isPending} onClick={click} />;
  if (!ask) return button;
  return (
    <Popconfirm
      open={asking}
      trigger={[]}
      onOpenChange={setAsking}
      title={ask.title}
      description={ask.what}
      okText={rest.children}
      cancelText={t('do.cancel')}
      onConfirm={begin}
    >
      {button}
    </Popconfirm>
  );
}
