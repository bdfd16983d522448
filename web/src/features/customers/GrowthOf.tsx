import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CustomerFile } from '@/api/types';
import { customersPath } from '@/shared/set_words';
import { useFormat } from '@/shared/use_format';
import { useMilestone } from '@/shared/use_milestone';
import { useWords } from '@/shared/use_words';

/** The stage of growth, with what has been reached and what has not. */
export function GrowthOf({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const milestone = useMilestone();
  const growth = file.growth;
  if (!growth) return null;
  const since = t(`growth.since_${growth.registered_by}`, {
    day: format.day(growth.registered_at),
  });
  return (
    <p style={{ margin: '4px 0 0' }}>
      {t('growth.before')}
      <Tooltip
        title={
          <>
            <div>{since}</div>
            {growth.milestones.map((one, i) => (
              <div key={i}>
                {one.reached ? '✓' : '–'} {milestone(one)}
                {one.reached ? '' : ` (${format.count(one.done)})`}
              </div>
            ))}
          </>
        }
      >
        <Link to={customersPath(`growth:${growth.stage}`)}>{word('growth', growth.stage)}</Link>
      </Tooltip>
    </p>
  );
}
