import type { EChartsOption } from 'echarts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart } from '@/shared/charts/Chart';
import { Figure } from '@/shared/charts/Figure';
import { useOpenPeople } from '../people/open_people';
import { csvOf, type Sheet } from './sheet';
import { SheetTable } from './SheetTable';

interface Props {
  title: string;
  file: string;
  sheet: Sheet;
  option: EChartsOption;
  height?: number;
  /** In place of the drawn chart, which is then only for the picture. */
  chart?: ReactNode;
  tools?: ReactNode;
  note?: ReactNode;
}

/** The handle that a clicked item of a chart carries. */
function handleIn(data: unknown): { people: string; about: string } | null {
  if (typeof data !== 'object' || data === null || !('people' in data)) return null;
  const { people, about } = data as { people?: unknown; about?: unknown };
  return typeof people === 'string' && people
    ? { people, about: typeof about === 'string' ? about : '' }
    : null;
}

/** A part of an answer: chart, table, CSV, picture; whatever has people behind it opens them. */
export function AnswerFigure({
  title,
  file,
  sheet,
  option,
  height = 320,
  chart,
  tools,
  note,
}: Props) {
  const { t } = useTranslation();
  const open = useOpenPeople();
  const starred = sheet.rows.some((row) => row[0]?.text.endsWith('*'));
  return (
    <div className="answer-part">
      <Figure
        title={title}
        file={`${file}.csv`}
        csv={() => csvOf(sheet)}
        png={option}
        tools={tools}
        chart={
          chart ?? (
            <Chart
              option={option}
              label={t('answer.chart_of', { title })}
              height={height}
              onPick={(_, series, data) => {
                const found = handleIn(data);
                if (found && open) open(found.people, found.about || series);
              }}
            />
          )
        }
        table={<SheetTable sheet={sheet} label={title} />}
      />
      {note ? <p className="quiet small">{note}</p> : null}
      {starred ? <p className="quiet small">{t('answer.not_over')}</p> : null}
    </div>
  );
}
