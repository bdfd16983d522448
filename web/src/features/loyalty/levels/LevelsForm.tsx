import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api, must } from '@/api/client';
import type { Levels, Programme } from '@/api/types';
import { FieldFault, Fields } from '@/shared/form/Fields';
import { SaveButton } from '@/shared/form/SaveButton';
import { minorDigits } from '@/shared/format';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { DryRunView } from '../DryRunView';
import '../loyalty.css';
import { AddPart } from '../Parts';
import { BirthdayGifts } from './BirthdayGifts';
import { ProgrammeSwitch } from '../programme/ProgrammeSwitch';
import { LevelRow } from './LevelRow';
import { faultsOfLevels, kMostLevels, moved, newLevel, without } from './levels_draft';
import { LevelsTerms } from './LevelsTerms';
import { StartLevels } from './StartLevels';

interface Props {
  levels: Levels;
  programme: Programme;
}

/** All levels of a programme; after saving everybody is looked at again. */
export function LevelsForm({ levels, programme }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [draft, setDraft] = useState(levels);
  const money = draft.measure === 'spend';
  const list = draft.levels;
  const put = (next: Levels['levels']) => setDraft({ ...draft, levels: next });
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/loyalty/programmes/{programme}/levels', {
          params: { path: { programme: programme.id } },
          body: draft,
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['loyalty'] });
      void navigate(`/loyalty?programme=${programme.id}`);
    },
  });
  const heads = [
    t('loyalty.level'),
    money ? t('levels_form.reach_money', { currency: format.currency }) : t('loyalty.reach'),
    t('loyalty.keep'),
    t('loyalty.multiplier'),
    t('loyalty.privileges'),
  ];
  const head = (
    <PageHead title={t('loyalty.levels')} lead={programme.name}>
      <ProgrammeSwitch />
      <SaveButton save={save}>{t('do.save')}</SaveButton>
    </PageHead>
  );
  return (
    <Fields faults={faultsOfLevels(draft)} error={save.error} head={head}>
      {list.length === 0 ? <StartLevels programme={programme} onStart={setDraft} /> : null}
      {list.length > 0 ? (
        <div className="scroll-x">
          <table className="plain levels-form">
            <thead>
              <tr>
                <th aria-label={t('levels_form.order')} />
                {heads.map((head) => (
                  <th key={head}>{head}</th>
                ))}
                <th aria-label={t('levels_form.remove_do')} />
              </tr>
            </thead>
            <tbody>
              {list.map((level, i) => (
                <LevelRow
                  key={level.code}
                  at={i}
                  of={list.length}
                  level={level}
                  digits={money ? minorDigits(format.currency) : 0}
                  onChange={(next) => put(list.map((one, k) => (k === i ? next : one)))}
                  onMove={(by) => put(moved(list, i, by))}
                  onRemove={() => put(without(list, i))}
                />
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      <FieldFault at="levels" />
      <BirthdayGifts programme={programme} levels={list} change={put} />
      <p className="quiet small" style={{ margin: '8px 0 4px' }}>
        {t('levels_form.lead', { measure: word('level_measure', draft.measure) })}
      </p>
      {list.length < kMostLevels ? (
        <AddPart name={t('levels_form.level')} onClick={() => put([...list, newLevel(list)])} />
      ) : null}
      <div className="grid2" style={{ marginTop: 20 }}>
        <Section title={t('levels_form.terms')}>
          <LevelsTerms programme={programme} value={draft} onChange={setDraft} />
          <p className="quiet">{t('loyalty.levels_again')}</p>
        </Section>
        <Section title={t('loyalty.dry_run')}>
          <DryRunView programme={programme} change={{ levels: draft }} />
        </Section>
      </div>
    </Fields>
  );
}
