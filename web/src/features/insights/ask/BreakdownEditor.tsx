import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { EventChoice, QuestionBreakdown } from '@/api/types';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { NumberInput } from '@/shared/NumberInput';
import { At } from './At';
import { Pick } from './Pick';
import { More } from './forms/More';
import { usePropertyTypes } from './names';
import { PropertyPicker } from './PropertyPicker';
import { Sentence } from './Sentence';
import { useSetOptions } from './SetPicker';
import { useSay } from './use_say';

export type BreakdownKind = 'none' | 'event_property' | 'person_property' | 'event_name' | 'sets';

/** What can be said of people only, not of one of their events. */
const kOfPeople: readonly BreakdownKind[] = ['none', 'person_property', 'sets'];
const kKinds: readonly BreakdownKind[] = [
  'none',
  'event_property',
  'person_property',
  'event_name',
  'sets',
];

const kindOf = (breakdown: QuestionBreakdown | undefined): BreakdownKind =>
  kKinds.find((kind) => kind !== 'none' && breakdown?.[kind] !== undefined) ?? 'none';

const kFresh: Record<BreakdownKind, QuestionBreakdown | undefined> = {
  none: undefined,
  event_property: { event_property: '' },
  person_property: { person_property: '' },
  event_name: { event_name: true },
  sets: { sets: ['stage:active', 'stage:silent', 'stage:churned'] },
};

/** Another property has other numbers: their step goes. */
const ofProperty = (
  property: 'event_property' | 'person_property',
  name: string,
  top: number | undefined,
): QuestionBreakdown => ({ [property]: name, ...(top === undefined ? {} : { top }) });

function withStep(value: QuestionBreakdown, step: number | null): QuestionBreakdown {
  const { step: _, ...rest } = value;
  return step ? { ...rest, step } : rest;
}

interface Props {
  value: QuestionBreakdown | undefined;
  onChange: (breakdown: QuestionBreakdown | undefined) => void;
  event?: EventChoice | undefined;
  /** Only by what people are, not by what they did. */
  peopleOnly?: boolean;
}

/** Splits an answer into groups. */
export function BreakdownEditor({ value, onChange, event, peopleOnly = false }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  const kind = kindOf(value);
  const setOptions = useSetOptions(value?.sets ?? []);
  const property = kind === 'event_property' || kind === 'person_property' ? kind : null;
  const types = usePropertyTypes(
    event,
    kind === 'person_property' ? 'person' : 'event',
    (property && value?.[property]) || '',
  );
  const numeric = types.includes('number') || types.includes('integer');
  return (
    <At path="breakdown">
      <div className="sentence">
        <Pick
          kind="breakdown"
          label={t('ask.breakdown')}
          options={peopleOnly ? kOfPeople : kKinds}
          value={kind}
          onChange={(next) => onChange(kFresh[next])}
        />
        {property && value ? (
          <PropertyPicker
            scope={property === 'event_property' ? 'event' : 'person'}
            event={event}
            value={value[property]}
            onChange={(name) => onChange(ofProperty(property, name ?? '', value.top))}
          />
        ) : null}
        {kind === 'sets' ? (
          <Select<string[]>
            className="pick values"
            mode="multiple"
            aria-label={t('ask.set')}
            optionFilterProp="label"
            popupMatchSelectWidth={false}
            value={value?.sets ?? []}
            onChange={(sets) => onChange({ ...value, sets })}
            options={setOptions}
          />
        ) : null}
      </div>
      {value ? (
        <Sentence
          text={say('top_groups')}
          parts={{
            n: (
              <NeededNumber
                aria-label={t('ask.top')}
                min={1}
                max={50}
                value={value.top ?? 10}
                onChange={(top) => onChange({ ...value, top })}
                style={{ width: 60 }}
              />
            ),
          }}
        />
      ) : null}
      {value && property && (numeric || value.step !== undefined) ? (
        <More set={value.step !== undefined}>
          <At path="breakdown.step">
            <Sentence
              text={say('group_step')}
              parts={{
                n: (
                  <NumberInput
                    aria-label={t('ask.group_step')}
                    min={0}
                    placeholder="100"
                    value={value.step ?? null}
                    onChange={(step) => onChange(withStep(value, step))}
                    style={{ width: 90 }}
                  />
                ),
              }}
            />
          </At>
        </More>
      ) : null}
    </At>
  );
}
