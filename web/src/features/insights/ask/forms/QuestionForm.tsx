import type { ComponentType } from 'react';
import type { Question } from '@/api/types';
import { patched, type Analysis, type Patch } from '../questions';
import { tidy } from '../tidy';
import { AttributionForm } from './AttributionForm';
import type { FormProps } from './form';
import { FunnelForm } from './FunnelForm';
import { PathsForm } from './PathsForm';
import { RetentionForm } from './RetentionForm';
import { RfmForm } from './RfmForm';
import { SessionsForm } from './SessionsForm';
import { ActiveForm, LifecycleForm, StickinessForm } from './SimpleForms';
import { DistributionForm, IntervalForm } from './SpreadForms';
import { TrendsForm } from './TrendsForm';

const kForms: { [A in Analysis]: ComponentType<FormProps<A>> } = {
  trends: TrendsForm,
  funnel: FunnelForm,
  retention: RetentionForm,
  lifecycle: LifecycleForm,
  stickiness: StickinessForm,
  active: ActiveForm,
  distribution: DistributionForm,
  interval: IntervalForm,
  paths: PathsForm,
  attribution: AttributionForm,
  sessions: SessionsForm,
  rfm: RfmForm,
};

interface Props {
  question: Question;
  onChange: (question: Question) => void;
}

/** The question as sentences, each kind with its own. */
export function QuestionForm({ question, onChange }: Props) {
  // The table pairs every analysis with the form of its own question.
  const Form = kForms[question.analysis] as ComponentType<FormProps<Analysis>>;
  return (
    <Form
      question={question}
      change={(patch: Patch<Question>) => onChange(tidy(patched(question, patch)))}
    />
  );
}
