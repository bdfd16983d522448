import { useTranslation } from 'react-i18next';
import type { ClvModel } from '@/api/value_types';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** The fitted parameters with their standard errors. */
export function ParametersTable({ model }: { model: ClvModel }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const fits = [
    { name: word('purchase_model', model.model), fit: model.purchases },
    ...(model.spend ? [{ name: word('purchase_model', 'gamma_gamma'), fit: model.spend }] : []),
  ];
  return (
    <Section title={t('clv.parameters')}>
      <div className="scroll-x" tabIndex={0}>
        <table className="plain" style={{ maxWidth: 720 }}>
          <thead>
            <tr>
              <th>{t('clv.model')}</th>
              <th>{t('clv.parameter')}</th>
              <th className="num">{t('clv.estimate')}</th>
              <th className="num">{t('clv.standard_error')}</th>
            </tr>
          </thead>
          <tbody>
            {fits.flatMap(({ name, fit }) =>
              fit.parameters.map((one, i) => (
                <tr key={name + one.name}>
                  <td>{i === 0 ? name : ''}</td>
                  <td>{one.name}</td>
                  <td className="num">{format.count(one.value, 4)}</td>
                  <td className="num">
                    {one.standard_error === null ? '–' : format.count(one.standard_error, 4)}
                  </td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </div>
      <p className="quiet">
        {fits
          .map(({ name, fit }) =>
            t(fit.certainty === 'held' ? 'clv.fit_held' : 'clv.fit_found', {
              name,
              value: format.count(fit.log_likelihood, 2),
            }),
          )
          .join(' ')}
      </p>
    </Section>
  );
}
