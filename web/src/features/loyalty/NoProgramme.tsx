import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';

/** The preset, with rules that look back on all of the past. */
async function startPreset(): Promise<void> {
  const { programme, rules, levels } = await must(api.GET('/v1/loyalty/presets'));
  const path = { programme: 'members' };
  await must(api.PUT('/v1/loyalty/programmes/{programme}', { params: { path }, body: programme }));
  await must(
    api.PUT('/v1/loyalty/programmes/{programme}/levels', { params: { path }, body: levels }),
  );
  for (const rule of rules) {
    await must(
      api.PUT('/v1/loyalty/programmes/{programme}/rules/{rule}', {
        params: { path: { ...path, rule: rule.id ?? '' } },
        body: { ...rule, from: '2000-01-01T00:00:00Z' },
      }),
    );
  }
}

/** There is no programme yet: what one is, and the way to a first one. */
export function NoProgramme() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const mayWrite = useRight('loyalty.write');
  const start = useMutation({
    mutationFn: startPreset,
    onSettled: () => client.invalidateQueries({ queryKey: ['loyalty'] }),
  });
  return (
    <>
      {start.isError ? <ProblemView error={start.error} /> : null}
      <Empty
        title={t('loyalty.none')}
        hint={t('loyalty.none_hint')}
        action={
          mayWrite ? (
            <div className="row">
              <Button type="primary" loading={start.isPending} onClick={() => start.mutate()}>
                {t('loyalty.start_preset')}
              </Button>
              <LinkButton to="/loyalty/settings?programme=new">{t('programme.start')}</LinkButton>
            </div>
          ) : null
        }
      />
    </>
  );
}
