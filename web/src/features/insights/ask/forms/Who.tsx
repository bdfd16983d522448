import { useTranslation } from 'react-i18next';
import type { EventChoice, PeopleCondition, QuestionBreakdown } from '@/api/types';
import { BreakdownEditor } from '../BreakdownEditor';
import { ConditionEditor } from '../ConditionEditor';
import type { Patch } from '../questions';
import { Part } from './Part';

interface About {
  people?: PeopleCondition;
  breakdown?: QuestionBreakdown;
}
interface Props<Q extends About> {
  question: Q;
  change: (patch: Patch<Q>) => void;
  /** Whether the answer can be split; `event`: whose properties come first. */
  split?: 'any' | 'people';
  event?: EventChoice | undefined;
}

/** Which people count, and how they are split. */
export function Who<Q extends About>({ question, change, split, event }: Props<Q>) {
  const { t } = useTranslation();
  const put = (patch: Patch<About>) => change(patch as Patch<Q>);
  return (
    <>
      <Part title={t('ask.part_who')}>
        {question.people ? null : <span className="quiet">{t('ask.everybody')}</span>}
        <ConditionEditor
          scope="person"
          path="people"
          value={question.people}
          onChange={(people) => put({ people })}
        />
      </Part>
      {split ? (
        <Part title={t('ask.part_split')}>
          <BreakdownEditor
            value={question.breakdown}
            event={event}
            peopleOnly={split === 'people'}
            onChange={(breakdown) => put({ breakdown })}
          />
        </Part>
      ) : null}
    </>
  );
}
