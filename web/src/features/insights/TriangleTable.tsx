import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { RetentionTriangle } from '@/api/types';
import { heat } from '@/shared/colors';
import { People } from '@/shared/People';
import { customersPath } from '@/shared/set_words';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';
import { cellAt, shade, topRate, widthOf, type Cell } from './triangle';

interface CellProps {
  cell: Cell;
  size: number;
  top: number;
  counts: boolean;
}

const HeatCell = memo(function HeatCell({ cell, size, top, counts }: CellProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const theme = useThemeName();
  const text = counts ? format.count(cell.people) : format.percent(cell.rate);
  const title = t('retention.cell', {
    people: format.count(cell.people),
    size: format.count(size),
    rate: format.percent(cell.rate),
  });
  return (
    <td style={heat(shade(cell, top), theme)} className={cell.complete ? undefined : 'open'}>
      <Link
        to={customersPath(cell.set)}
        title={cell.complete ? title : `${title} ${t('insight.open')}`}
      >
        {text}
        {cell.complete ? '' : '*'}
      </Link>
    </td>
  );
});

/** The retention triangle as a heat map; every cell opens its people. */
export function TriangleTable({
  triangle,
  counts,
}: {
  triangle: RetentionTriangle;
  counts: boolean;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const top = topRate(triangle);
  const offsets = Array.from({ length: widthOf(triangle) }, (_, i) => i);
  const by = triangle.by === 'day' || triangle.by === 'week' ? triangle.by : 'month';
  return (
    <div>
      <p className="quiet">{t('retention.how', { unit: t(`by.${by}`) })}</p>
      <div className="scroll-x" tabIndex={0} role="region" aria-label={t('retention.triangle')}>
        <table className="heat">
          <thead>
            <tr>
              <th scope="col">{t('retention.cohort')}</th>
              <th scope="col">{t('retention.people')}</th>
              {offsets.map((offset) => (
                <th scope="col" key={offset}>
                  {offset === 0 ? t(`retention.first_${by}`) : `+${offset}`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {triangle.cohorts.map((cohort) => (
              <tr key={cohort.label}>
                <th scope="row">{cohort.label}</th>
                <th>
                  <People n={cohort.size} set={cohort.cells[0]?.set} />
                </th>
                {offsets.map((offset) => {
                  const cell = cellAt(cohort, offset);
                  return cell ? (
                    <HeatCell
                      key={offset}
                      cell={cell}
                      size={cohort.size}
                      top={top}
                      counts={counts}
                    />
                  ) : (
                    <td key={offset} />
                  );
                })}
              </tr>
            ))}
            <tr className="average">
              <th scope="row">{t('retention.average')}</th>
              <th />
              {offsets.map((offset) => {
                const one = triangle.average.find((average) => average.offset === offset);
                return (
                  <td key={offset}>
                    <span
                      className="cell"
                      title={one ? `${format.count(one.people)} ÷ ${format.count(one.base)}` : ''}
                    >
                      {one ? format.percent(one.rate) : ''}
                    </span>
                  </td>
                );
              })}
            </tr>
          </tbody>
        </table>
      </div>
      <p className="quiet small" style={{ marginTop: 6 }}>
        {t('retention.open_note')}
      </p>
    </div>
  );
}
