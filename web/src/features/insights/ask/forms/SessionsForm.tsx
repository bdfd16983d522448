import { useTranslation } from 'react-i18next';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { At } from '../At';
import { choicesOf } from '../selector';
import { SelectorEditor } from '../SelectorEditor';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';
import type { FormProps } from './form';
import { Part } from './Part';
import { kUnits, When } from './When';
import { Who } from './Who';

export function SessionsForm({ question, change }: FormProps<'sessions'>) {
  const { t } = useTranslation();
  const say = useSay();
  return (
    <>
      <Part title={t('ask.part_session')}>
        <SelectorEditor
          path="select"
          value={question.select ?? { any_event: true }}
          onChange={(select) => change({ select })}
        />
        <At path="gap_minutes">
          <Sentence
            text={say('gap')}
            parts={{
              n: (
                <NeededNumber
                  aria-label={t('ask.gap')}
                  min={1}
                  max={1440}
                  value={question.gap_minutes ?? 30}
                  onChange={(n) => change({ gap_minutes: n })}
                  style={{ width: 66 }}
                />
              ),
            }}
          />
        </At>
      </Part>
      <When question={question} change={change} units={kUnits} />
      <Who
        question={question}
        change={change}
        split="any"
        event={choicesOf(question.select ?? {})[0]}
      />
    </>
  );
}
