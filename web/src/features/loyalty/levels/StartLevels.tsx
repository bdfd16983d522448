import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Levels, Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { ProblemView } from '@/shared/ProblemView';
import { presetFor } from './levels_draft';

interface Props {
  programme: Programme;
  onStart: (change: (before: Levels) => Levels) => void;
}

/** There are no levels yet: the way to those of the preset. */
export function StartLevels({ programme, onStart }: Props) {
  const { t } = useTranslation();
  const read = useMutation({
    mutationFn: () => must(api.GET('/v1/loyalty/presets')),
    onSuccess: ({ levels }) =>
      onStart((before) => ({
        ...before,
        ...presetFor(
          levels,
          programme.currencies.map(({ code }) => code),
        ),
        revision: before.revision,
      })),
  });
  return (
    <>
      {read.isError ? <ProblemView error={read.error} /> : null}
      <Empty
        title={t('loyalty.no_levels')}
        hint={t('levels_form.none_hint')}
        action={
          <Button loading={read.isPending} onClick={() => read.mutate()}>
            {t('levels_form.from_preset')}
          </Button>
        }
      />
    </>
  );
}
