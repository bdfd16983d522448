import { useTranslation } from 'react-i18next';
import type { Forecast } from '@/api/value_types';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

interface Props {
  forecast: Forecast;
  show: (value: number) => string;
}

/** What weeks with a holiday have more or less; nothing where holidays do not help the forecast. */
export function HolidayEffects({ forecast, show }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  if (forecast.holidays.length === 0) return null;
  const shares = forecast.model?.logarithms === true;
  return (
    <Section title={t('forecast.holidays')}>
      <p className="quiet">{t('forecast.holidays_how')}</p>
      <table className="plain" style={{ maxWidth: 480 }}>
        <thead>
          <tr>
            <th>{t('forecast.holiday')}</th>
            <th className="num">{t('forecast.effect')}</th>
            <th className="num">{t('forecast.seen')}</th>
          </tr>
        </thead>
        <tbody>
          {forecast.holidays.map((one) => (
            <tr key={one.holiday}>
              <td>{word('holiday', one.holiday)}</td>
              <td className="num">{shares ? format.percent(one.effect) : show(one.effect)}</td>
              <td className="num">{format.count(one.seen)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
