import { DeleteOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { At } from '../At';
import type { QuestionOf } from '../questions';
import { SelectorEditor } from '../SelectorEditor';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';

type Exclusion = NonNullable<QuestionOf<'funnel'>['exclusions']>[number];

interface Props {
  value: Exclusion[] | undefined;
  steps: number;
  onChange: (exclusions: Exclusion[] | undefined) => void;
}

/** Events that must not come between two steps. */
export function Exclusions({ value = [], steps, onChange }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  const put = (all: Exclusion[]) => onChange(all.length ? all : undefined);
  const stepPick = (label: string, step: number, from: number, pick: (step: number) => void) => (
    <Select
      className="pick"
      aria-label={label}
      value={step}
      onChange={pick}
      options={Array.from({ length: steps - 1 }, (_, i) => ({
        value: i + from,
        label: String(i + from),
      }))}
    />
  );
  return (
    <>
      {value.map((exclusion, i) => {
        const change = (patch: Partial<Exclusion>) =>
          put(value.map((one, at) => (at === i ? { ...one, ...patch } : one)));
        return (
          <At key={i} path={`exclusions[${i}]`}>
            <div className="item">
              <div className="grow">
                <Sentence
                  text={say('exclusion')}
                  parts={{
                    after: stepPick(t('ask.after'), exclusion.after_step ?? 1, 1, (after) =>
                      change({ after_step: after }),
                    ),
                    before: stepPick(t('ask.before'), exclusion.before_step ?? steps, 2, (before) =>
                      change({ before_step: before }),
                    ),
                  }}
                />
                <SelectorEditor
                  path={`exclusions[${i}].select`}
                  value={exclusion.select}
                  onChange={(select) => change({ select })}
                />
              </div>
              <Button
                type="text"
                size="small"
                aria-label={t('ask.remove_exclusion')}
                icon={<DeleteOutlined />}
                onClick={() => put(value.filter((_, at) => at !== i))}
              />
            </div>
          </At>
        );
      })}
      {value.length < 8 ? (
        <div className="adders">
          <Button type="link" size="small" onClick={() => put([...value, { select: {} }])}>
            + {t('ask.add_exclusion')}
          </Button>
        </div>
      ) : null}
    </>
  );
}
