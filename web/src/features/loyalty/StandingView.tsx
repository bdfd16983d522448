import { Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Programme, Standing } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { useLevelName, useLevels } from './use_levels';

/** A person's level: how long it holds, what is missing to the next one, and how it came about. */
export function StandingView({
  programme,
  standing,
}: {
  programme: Programme;
  standing: Standing;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const level = useLevelName(programme.id);
  const counted = useLevels(programme.id).data?.measure;
  const measure = standing.measure ?? 0;
  const missing = standing.missing ?? 0;
  return (
    <>
      <div className="figure mid">{standing.name || standing.level}</div>
      {standing.valid_until ? (
        <p className="quiet">
          {t('loyalty.valid_until', { at: format.day(standing.valid_until) })}
        </p>
      ) : null}
      {standing.next_level ? (
        <>
          <Progress
            aria-label={t('loyalty.to_next_short')}
            percent={Math.floor((measure / Math.max(1, measure + missing)) * 100)}
          />
          <p>
            {counted
              ? t('loyalty.to_next', {
                  n:
                    counted === 'spend'
                      ? format.money(missing)
                      : `${format.count(missing)} ${word('level_unit', counted)}`,
                  level: level(standing.next_level),
                })
              : null}
          </p>
        </>
      ) : null}
      <ul className="quiet small">
        {standing.history
          .slice(-8)
          .reverse()
          .map((one) => (
            <li key={`${one.at} ${one.to} ${one.reason}`}>
              {t('loyalty.level_change', {
                at: format.day(one.at),
                from: level(one.from ?? ''),
                to: level(one.to ?? ''),
                reason: word('level_reason', one.reason ?? ''),
              })}
            </li>
          ))}
      </ul>
    </>
  );
}
