import { DownloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { download } from '@/shared/csv';
import { People } from '@/shared/People';
import { Section } from '@/shared/Section';
import { useTagWord } from '@/shared/tag_words';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { leaningOf, rowsShown, scaleOf, type TagRows } from './group';
import { IndexBar } from './IndexBar';

const csvOf = (tag: TagRows) => [
  ['tag', 'word', 'group', 'all', 'group_share', 'all_share', 'index', 'low', 'high', 'small'],
  ...tag.words.map((row) => [
    tag.tag,
    row.word,
    row.group,
    row.all,
    row.group_share,
    row.all_share,
    row.index,
    row.low,
    row.high,
    String(row.small),
  ]),
];

/** One tag: how much more or less often each word is met in the group than in all. */
export function TagFigure({ tag }: { tag: TagRows }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const tagWord = useTagWord();
  const rows = rowsShown(tag);
  const scale = scaleOf(rows);
  const title = word('fact', tag.tag);
  const shown = { n: format.count(rows.length), all: format.count(tag.words.length) };
  return (
    <Section
      title={title}
      aside={
        <Button
          size="small"
          icon={<DownloadOutlined />}
          disabled={tag.words.length === 0}
          onClick={() => download(`portrait-${tag.tag}.csv`, csvOf(tag))}
        >
          {t('do.csv')}
        </Button>
      }
    >
      <p className="quiet small">
        {tag.all === 0
          ? t('portrait.nobody')
          : t('portrait.have', { group: format.count(tag.group), all: format.count(tag.all) })}
        {tag.all > 0 && tag.small ? ` ${t('portrait.small')}` : null}
        {rows.length < tag.words.length
          ? ` ${t('portrait.shown', shown)}`
          : null}
      </p>
      {rows.length === 0 ? null : (
        <div className="scroll-x" tabIndex={0}>
          <table className="plain">
            <thead>
              <tr>
                <th>{t('portrait.word')}</th>
                <th className="num">{t('portrait.index')}</th>
                <th aria-label={t('portrait.interval')} />
                <th className="num">{t('portrait.in_group')}</th>
                <th className="num">{t('portrait.in_all')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => {
                const leaning = leaningOf(row);
                const index = format.count(row.index);
                const said =
                  leaning === 'small' ? t('portrait.small_word') : t(`portrait.${leaning}`);
                return (
                  <tr key={row.word} className={leaning === 'small' ? 'quiet' : undefined}>
                    <td>{tagWord(tag.tag, row.word)}</td>
                    <td
                      className="num"
                      title={`${format.count(row.low)} – ${format.count(row.high)}`}
                    >
                      {leaning === 'more' || leaning === 'less' ? <b>{index}</b> : index}
                      {leaning === 'small' ? ` · ${said}` : null}
                    </td>
                    <td>
                      <IndexBar row={row} scale={scale} label={`${index}, ${said}`} />
                    </td>
                    <td className="num">
                      {format.percent(row.group_share)}{' '}
                      <span className="quiet">
                        (<People n={row.group} set={row.group > 0 ? row.set : undefined} />)
                      </span>
                    </td>
                    <td className="num">
                      {format.percent(row.all_share)}{' '}
                      <span className="quiet">({format.count(row.all)})</span>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
