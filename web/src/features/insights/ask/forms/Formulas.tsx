import { DeleteOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { At } from '../At';
import { LateInput } from '../LateInput';
import type { QuestionOf } from '../questions';

type Formula = NonNullable<QuestionOf<'trends'>['formulas']>[number];

const kExample = '100 * B / A';

interface Props {
  value: Formula[] | undefined;
  onChange: (formulas: Formula[] | undefined) => void;
}

/** Formulas over the series, named by their letters. */
export function Formulas({ value = [], onChange }: Props) {
  const { t } = useTranslation();
  const put = (formulas: Formula[]) => onChange(formulas.length ? formulas : undefined);
  const at = (i: number, next: Formula) => put(value.map((one, k) => (k === i ? next : one)));
  return (
    <>
      {value.map((formula, i) => (
        <At key={i} path={`formulas[${i}]`}>
          <div className="item">
            <b className="letter">F{i + 1}</b>
            <div className="sentence grow">
              <LateInput
                code
                label={t('ask.formula')}
                placeholder={kExample}
                value={formula.expression}
                onChange={(expression) => at(i, { ...formula, expression })}
              />
              <LateInput
                label={t('ask.name')}
                width={110}
                value={formula.name ?? ''}
                onChange={(name) =>
                  at(i, { expression: formula.expression, ...(name ? { name } : {}) })
                }
              />
            </div>
            <Button
              type="text"
              size="small"
              aria-label={t('ask.remove_formula', { n: i + 1 })}
              icon={<DeleteOutlined />}
              onClick={() => put(value.filter((_, k) => k !== i))}
            />
          </div>
        </At>
      ))}
      <div className="adders">
        <Button type="link" size="small" onClick={() => put([...value, { expression: '' }])}>
          + {t('ask.add_formula')}
        </Button>
      </div>
    </>
  );
}
