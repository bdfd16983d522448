import { Button, Popover } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CustomerFile } from '@/api/types';
import type { CustomerPortrait } from '@/api/value_types';
import { customersPath } from '@/shared/set_words';
import { useTagWord } from '@/shared/tag_words';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

type OneTag = CustomerPortrait['tags'][number];

/** What a tag was worked out from, a sentence each. */
function useWhy(currency: string) {
  const { t } = useTranslation();
  const format = useFormat();
  const tagWord = useTagWord();
  const money = (minor: number) => format.money(minor, { currency });
  return ({ tag, why }: OneTag): string[] => {
    if (tag === 'price_band')
      return [
        t('portrait.why_band', {
          n: format.count(why.orders),
          mean: money(why.mean_minor ?? 0),
          low: money(why.low_minor ?? 0),
          high: money(why.high_minor ?? 0),
        }),
      ];
    if (tag === 'discount_affinity')
      return [
        t('portrait.why_cheap', {
          cheap: format.count(why.cheap),
          bought: format.count(why.bought),
        }),
      ];
    if (tag === 'region') return [t('portrait.why_region')];
    return (why.strongest ?? []).map((one) =>
      t(tag === 'active_hour' ? 'portrait.why_hours' : 'portrait.why_times', {
        word: tagWord(tag, one.word),
        n: format.count(one.count),
        share: format.percent(one.share, 0),
      }),
    );
  };
}

/** Tags that were worked out, each with what it was worked out from. */
export function TagsOf({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const tagWord = useTagWord();
  const why = useWhy(file.currency);
  const { portrait } = file;
  if (!portrait || portrait.tags.length === 0) return null;
  return (
    <div
      className="row"
      style={{ marginTop: 10, gap: 6 }}
      role="group"
      aria-label={t('portrait.tags')}
    >
      {portrait.tags.map((one) => (
        <Popover
          key={one.tag}
          trigger="click"
          title={`${word('fact', one.tag)}: ${tagWord(one.tag, one.word)}`}
          content={
            <div style={{ maxWidth: 320 }}>
              {why(one).map((sentence) => (
                <div key={sentence}>{sentence}</div>
              ))}
              <p className="quiet small" style={{ margin: '6px 0 0' }}>
                {t('portrait.as_of', { at: format.dateTime(portrait.as_of) })} ·{' '}
                <Link to={customersPath(one.set)}>{t('portrait.others')}</Link>
              </p>
            </div>
          }
        >
          <Button size="small">
            <span className="quiet">{word('fact', one.tag)}</span> {tagWord(one.tag, one.word)}
          </Button>
        </Popover>
      ))}
    </div>
  );
}
