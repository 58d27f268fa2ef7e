import { useMutation } from '@apollo/client/react';
import { Alert, Button, Checkbox, Group, Stack, Textarea } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { type CaseDetailQuery, ReplyToCaseDocument } from '../graph/operations.ts';
import { EmployeeSelect } from './EmployeeSelect.tsx';
import { useAct } from './useAct.ts';

type OpenedCase = NonNullable<CaseDetailQuery['case']>;

interface Values {
  body: string;
  employeeId: string | null;
  awaitingCustomer: boolean;
}

/** Answers a case. The answer stands among the messages before the graph has taken it. */
export function ReplyForm({ found }: { readonly found: OpenedCase }): React.JSX.Element {
  const [reply] = useMutation(ReplyToCaseDocument);
  const form = useForm<Values>({
    initialValues: { body: '', employeeId: found.assignee?.id ?? null, awaitingCustomer: false },
    // Without a name it would be the customer's own message.
    validate: { body: isNotEmpty('Write your answer.'), employeeId: isNotEmpty('Say who answers.') },
  });
  const act = useAct({
    form,
    close: () => undefined,
    done: 'The answer is sent.',
    send: ({ body, employeeId, awaitingCustomer }, key) => {
      const { id, status, version, firstRespondedAt, sla, messages } = found;
      const now = new Date().toISOString();
      const message = {
        __typename: 'CaseMessage' as const,
        id: `new:${key}`,
        author: 'EMPLOYEE' as const,
        body,
        sentAt: now,
        employee: null,
      };
      return reply({
        variables: {
          caseId: id,
          expectedVersion: version,
          input: { body: body.trim(), employeeId, awaitingCustomer },
          key,
        },
        optimisticResponse: {
          replyToCase: {
            __typename: 'Case',
            id,
            status: awaitingCustomer ? 'AWAITING_CUSTOMER' : status,
            version,
            firstRespondedAt: firstRespondedAt ?? now,
            sla,
            messages: { ...messages, totalCount: messages.totalCount + 1, nodes: [...messages.nodes, message] },
          },
        },
      });
    },
  });
  return (
    <form onSubmit={act.submit} noValidate>
      <Stack gap="sm">
        {act.problem && (
          <Alert color="red" role="alert">
            {act.problem}
          </Alert>
        )}
        <Textarea
          label="Your answer"
          withAsterisk
          autosize
          minRows={3}
          maxRows={10}
          maxLength={10_000}
          {...form.getInputProps('body')}
        />
        <EmployeeSelect label="Who answers" withAsterisk {...form.getInputProps('employeeId')} />
        <Group justify="space-between">
          <Checkbox
            label="It is the customer's turn now"
            {...form.getInputProps('awaitingCustomer', { type: 'checkbox' })}
          />
          <Button type="submit" loading={act.isBusy}>
            Send
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
