import { useTranslation } from 'react-i18next';
import type { Levels } from '@/api/types';
import { kHues } from '@/shared/colors';
import { Empty } from '@/shared/Empty';
import { People } from '@/shared/People';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** Levels with their people, threshold, multiplier and privileges. */
export function LevelsTable({ levels }: { levels: Levels }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const theme = useThemeName();
  const most = Math.max(1, ...levels.levels.map(({ people }) => people ?? 0));
  if (levels.levels.length === 0) return <Empty title={t('loyalty.no_levels')} />;
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('loyalty.level')}</th>
            <th className="num">{t('retention.people')}</th>
            <th style={{ width: '28%' }} aria-label={t('rfm.share')} />
            <th className="num">
              {t('loyalty.threshold', { measure: word('level_measure', levels.measure) })}
            </th>
            <th className="num">{t('loyalty.multiplier')}</th>
            <th style={{ paddingLeft: 24 }}>{t('loyalty.privileges')}</th>
          </tr>
        </thead>
        <tbody>
          {levels.levels.map((level) => (
            <tr key={level.code}>
              <td>{level.name}</td>
              <td className="num">
                <People n={level.people} set={level.set} />
              </td>
              <td>
                <div
                  className="bar-fill"
                  style={{
                    width: `${((level.people ?? 0) / most) * 100}%`,
                    background: kHues[theme][0],
                  }}
                />
              </td>
              <td className="num">
                {levels.measure === 'spend'
                  ? format.money(level.threshold, { whole: true })
                  : format.count(level.threshold)}
              </td>
              <td className="num">× {format.count((level.multiplier_percent ?? 100) / 100, 2)}</td>
              <td className="quiet" style={{ paddingLeft: 24 }}>
                {Object.entries(level.privileges ?? {})
                  .filter(([, given]) => given)
                  .map(([name]) => word('privilege', name))
                  .join(t('rule.comma'))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet small">
        {t('loyalty.levels_rule', {
          window: word('level_window', levels.window),
          months: levels.months ?? 0,
          validity: levels.validity_months ?? 0,
          grace: levels.grace_days ?? 0,
        })}
      </p>
    </div>
  );
}
