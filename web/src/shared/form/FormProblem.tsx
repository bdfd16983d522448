import { Form } from 'antd';
import { useEffect, useState } from 'react';
import { problemOf } from '@/api/client';
import { ProblemView } from '../ProblemView';
import { nearest } from './places';
import { useProblemText } from './use_problem_text';

/** In an Ant Design form, what the server found: at the field that it names, else here. */
export function FormProblem({ error }: { error: unknown }) {
  const form = Form.useFormInstance();
  const textOf = useProblemText();
  const [placed, setPlaced] = useState(false);
  useEffect(() => {
    const problem = error ? problemOf(error, 0).problem : null;
    const fields = form.getFieldsError().map(({ name }) => name);
    const place = problem?.where
      ? nearest(
          problem.where,
          fields.map((name) => name.join('.')),
        )
      : null;
    const name = fields.find((one) => one.join('.') === place);
    setPlaced(name !== undefined);
    if (!problem || !name) return;
    form.setFields([{ name, errors: [textOf(problem)] }]);
    form.scrollToField(name, { block: 'center' });
    // Said once for each answer: `textOf` changes with the language only.
  }, [error, form, textOf]);
  return error && !placed ? <ProblemView error={error} /> : null;
}
