import { useMutation } from '@apollo/client/react';
import { Fieldset, Stack, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { CustomerSalesDocument, LogCallDocument, type LogActivityInput } from '../graph/operations.ts';
import { ActModal } from './ActModal.tsx';
import { EmployeeSelect } from './EmployeeSelect.tsx';
import type { FormProps } from './FormProps.ts';
import { localMoment } from './localMoment.ts';
import { useAct } from './useAct.ts';

interface Values {
  subject: string;
  notes: string;
  outcome: string;
  employeeId: string | null;
  nextStep: { description: string; dueAt: string };
}

const EMPTY: Values = {
  subject: '',
  notes: '',
  outcome: '',
  employeeId: null,
  nextStep: { description: '', dueAt: '' },
};

function inputOf(customerId: string, { nextStep, ...values }: Values): LogActivityInput {
  const { description, dueAt } = nextStep;
  return {
    kind: 'CALL',
    customerId,
    subject: values.subject.trim(),
    notes: values.notes.trim() || null,
    outcome: values.outcome.trim() || null,
    employeeId: values.employeeId,
    nextStep: description.trim() ? { description: description.trim(), dueAt: new Date(dueAt).toISOString() } : null,
  };
}

/** Writes a call down, with what we will do next. The next step stands in the sales panel before the graph has said yes. */
export function CallForm({ customerId, opened, close }: FormProps): React.JSX.Element {
  const [logCall] = useMutation(LogCallDocument);
  const form = useForm<Values>({
    initialValues: EMPTY,
    validate: {
      subject: isNotEmpty('Say what it was about.'),
      nextStep: {
        description: (value, { nextStep }) =>
          nextStep.dueAt && !value.trim() ? 'Say what is to be done, or take the day away.' : null,
        dueAt: (value, { nextStep }) => (nextStep.description.trim() && !value ? 'Say by when.' : null),
      },
    },
  });

  const act = useAct({
    form,
    close,
    done: 'The call is written down.',
    send: (values, key) => {
      const input = inputOf(customerId, values);
      const nextStep = input.nextStep ? { __typename: 'NextStep' as const, ...input.nextStep, doneAt: null } : null;
      return logCall({
        variables: { input, key },
        optimisticResponse: {
          logActivity: { __typename: 'Activity', id: `new:${key}`, subject: input.subject, version: 0, nextStep },
        },
        update(cache, { data }) {
          const activity = data?.logActivity;
          if (!activity?.nextStep) return;
          cache.updateQuery({ query: CustomerSalesDocument, variables: { id: customerId } }, (sales) => {
            const steps = sales?.customer360?.nextSteps;
            if (!sales?.customer360 || !steps) return sales;
            const nodes = [activity, ...steps.nodes.filter(({ id }) => id !== activity.id)];
            const nextSteps = { ...steps, totalCount: steps.totalCount + 1, nodes };
            return { ...sales, customer360: { ...sales.customer360, nextSteps } };
          });
        },
      });
    },
  });

  return (
    <ActModal title="Log a call" opened={opened} close={close} act={act} verb="Write it down">
      <TextInput
        label="What it was about"
        data-autofocus
        withAsterisk
        maxLength={200}
        {...form.getInputProps('subject')}
      />
      <Textarea
        label="What was said"
        autosize
        minRows={3}
        maxRows={8}
        maxLength={10_000}
        {...form.getInputProps('notes')}
      />
      <TextInput label="What came of it" maxLength={1_000} {...form.getInputProps('outcome')} />
      <EmployeeSelect label="Who called" {...form.getInputProps('employeeId')} />
      <Fieldset legend="Next step">
        <Stack gap="sm">
          <TextInput label="What to do" maxLength={500} {...form.getInputProps('nextStep.description')} />
          <TextInput
            label="By when"
            type="datetime-local"
            min={localMoment(Date.now())}
            {...form.getInputProps('nextStep.dueAt')}
          />
        </Stack>
      </Fieldset>
    </ActModal>
  );
}
