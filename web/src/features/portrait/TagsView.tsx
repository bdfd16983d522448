import { useTranslation } from 'react-i18next';
import type { Portrait } from '@/api/value_types';
import { People } from '@/shared/People';
import { Section } from '@/shared/Section';
import { useTagWord } from '@/shared/tag_words';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { VersionsTable } from './VersionsTable';

const kWords = 24;

/** What each tag means, who has it, and how many have which word. */
export function TagsView({ portrait }: { portrait: Portrait }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const tagWord = useTagWord();
  const { newest, currency } = portrait;
  if (!newest) return null;
  const money = (minor: number) => format.money(minor, { currency });
  const fields = {
    half: newest.settings.half_life_days ?? 0,
    window: newest.settings.window_days ?? 0,
    low: money(newest.band_low_minor),
    high: money(newest.band_high_minor),
  };
  return (
    <>
      {newest.notes.map((note) => (
        <p className="notice" key={note}>
          {t(`portrait.note_${note}`)}
        </p>
      ))}
      {newest.tags.map((tag) => (
        <Section
          key={tag.tag}
          title={word('fact', tag.tag)}
          aside={
            <span className="quiet">
              {t('portrait.covered', {
                n: format.count(tag.people),
                share: format.percent(tag.coverage),
              })}
            </span>
          }
        >
          <p className="quiet">{t(`portrait.mean_${tag.tag}`, fields)}</p>
          {tag.words.length === 0 ? (
            <p>{t('portrait.nobody')}</p>
          ) : (
            <p style={{ lineHeight: 2 }}>
              {tag.words.slice(0, kWords).map((one) => (
                <span key={one.word} style={{ marginRight: 18, whiteSpace: 'nowrap' }}>
                  {tagWord(tag.tag, one.word)} <People n={one.people} set={one.set} />{' '}
                  <span className="quiet small">{format.percent(one.share)}</span>
                </span>
              ))}
              {tag.words_in_all > kWords ? (
                <span className="quiet">
                  {t('portrait.shown', {
                    n: format.count(kWords),
                    all: format.count(tag.words_in_all),
                  })}
                </span>
              ) : null}
            </p>
          )}
        </Section>
      ))}
      <VersionsTable versions={portrait.versions} />
    </>
  );
}
