import type { UseMutationResult } from '@tanstack/react-query';
import { Button, Form } from 'antd';
import type { ReactNode } from 'react';
import type { Session } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';

interface Props<Answer> {
  enter: UseMutationResult<Session, Error, Answer>;
  submit: string;
  children: ReactNode;
}

/** The fields of a door, what the server had against the answer, and the button that opens it. */
export function DoorForm<Answer extends object>({ enter, submit, children }: Props<Answer>) {
  return (
    <Form<Answer>
      layout="vertical"
      requiredMark={false}
      onFinish={(answer) => enter.mutate(answer)}
    >
      {children}
      {enter.isError ? <ProblemView error={enter.error} /> : null}
      <Button
        type="primary"
        htmlType="submit"
        block
        loading={enter.isPending}
        style={{ marginTop: 12 }}
      >
        {submit}
      </Button>
    </Form>
  );
}
