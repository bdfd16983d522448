import { useTranslation } from 'react-i18next';
import type { ConditionTest, EventChoice } from '@/api/types';
import { usePropertyTypes, type Scope } from './names';
import { Pick } from './Pick';
import { PropertyPicker } from './PropertyPicker';
import { opsFor, withOp } from './test_value';
import { ValuePicker } from './ValuePicker';

interface Props {
  test: ConditionTest;
  onChange: (test: ConditionTest) => void;
  scope: Scope;
  event?: EventChoice | undefined;
}

/** One comparison: property, how, value. */
export function TestEditor({ test, onChange, scope, event }: Props) {
  const { t } = useTranslation();
  const types = usePropertyTypes(event, scope, test.property);
  return (
    <>
      <PropertyPicker
        scope={scope}
        event={event}
        value={test.property}
        onChange={(property) => onChange({ property: property ?? '', op: test.op })}
      />
      <Pick
        kind="op"
        label={t('ask.op')}
        options={opsFor(types, test.op)}
        value={test.op}
        onChange={(op) => onChange(withOp(test, op))}
      />
      <ValuePicker test={test} onChange={onChange} scope={scope} event={event} />
    </>
  );
}
