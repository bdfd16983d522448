import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSegments } from '@/shared/use_segments';
import { useWords } from '@/shared/use_words';

interface Props {
  groups: string; // names of the form's fields
  sets: string;
  words: readonly string[]; // groupings that can be chosen
  label: string;
  hint: string;
}

/** How people are put together: all, by tier, by country, or by saved segments in their order. */
export function GroupFields({ groups, sets, words, label, hint }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const form = Form.useFormInstance();
  const chosen: unknown = Form.useWatch(groups, form);
  const segments = useSegments({ wanted: chosen === 'sets' });
  return (
    <>
      <Form.Item name={groups} label={label} extra={hint}>
        <Select options={words.map((value) => ({ value, label: word('grouping', value) }))} />
      </Form.Item>
      {chosen === 'sets' ? (
        <Form.Item
          name={sets}
          label={t('groups.segments')}
          extra={t('groups.segments_hint')}
          rules={[{ required: true, message: t('groups.segments_needed') }]}
        >
          <Select
            mode="multiple"
            maxCount={20}
            optionFilterProp="label"
            options={(segments.data?.segments ?? []).map(({ id, name }) => ({
              value: `segment:${id}`,
              label: name,
            }))}
          />
        </Form.Item>
      ) : null}
    </>
  );
}
