import { useMutation } from '@apollo/client/react';
import { Group, Select, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { wordsOf } from '../format/wordsOf.ts';
import {
  CustomerServiceDocument,
  OpenCaseDocument,
  type CaseKind,
  type CasePriority,
  type Channel,
} from '../graph/operations.ts';
import { CASE_KINDS, CHANNELS, choices, PRIORITIES } from '../graph/values.ts';
import { ActModal } from './ActModal.tsx';
import { EmployeeSelect } from './EmployeeSelect.tsx';
import type { FormProps } from './FormProps.ts';
import { useAct } from './useAct.ts';

interface Values {
  subject: string;
  body: string;
  kind: CaseKind;
  channel: Channel;
  priority: CasePriority;
  assigneeId: string | null;
}

const EMPTY: Values = {
  subject: '',
  body: '',
  kind: 'QUESTION',
  channel: 'PHONE',
  priority: 'NORMAL',
  assigneeId: null,
};

/** Opens a case. It stands in the service panel before the graph has given it its number. */
export function CaseForm({ customerId, opened, close }: FormProps): React.JSX.Element {
  const [openCase] = useMutation(OpenCaseDocument);
  const form = useForm<Values>({
    initialValues: EMPTY,
    validate: { subject: isNotEmpty('Say what it is about, in one line.') },
  });
  const act = useAct({
    form,
    close,
    done: 'The case is open.',
    send: ({ subject, body, ...values }, key) => {
      const now = new Date().toISOString();
      return openCase({
        variables: { input: { customerId, subject: subject.trim(), body: body.trim() || null, ...values }, key },
        optimisticResponse: {
          openCase: {
            __typename: 'Case',
            id: `new:${key}`,
            number: '…',
            subject: subject.trim(),
            kind: values.kind,
            channel: values.channel,
            priority: values.priority,
            status: 'OPEN',
            openedAt: now,
            assignee: null,
            sla: {
              __typename: 'CaseSla',
              firstResponseDueAt: now,
              resolutionDueAt: now,
              breached: false,
              breachesAt: null,
              stoppedSince: null,
            },
          },
        },
        update(cache, { data }) {
          const opening = data?.openCase;
          if (!opening) return;
          cache.updateQuery({ query: CustomerServiceDocument, variables: { id: customerId } }, (service) => {
            const customer = service?.customer360;
            if (!customer?.cases) return service;
            const nodes = [opening, ...customer.cases.nodes.filter(({ id }) => id !== opening.id)];
            const cases = { ...customer.cases, totalCount: customer.cases.totalCount + 1, nodes };
            const openCaseCount = customer.openCaseCount && {
              ...customer.openCaseCount,
              value: customer.openCaseCount.value + 1,
            };
            return { ...service, customer360: { ...customer, cases, openCaseCount } };
          });
        },
      });
    },
  });
  return (
    <ActModal title="Open a case" opened={opened} close={close} act={act} verb="Open it">
      <TextInput
        label="What it is about"
        data-autofocus
        withAsterisk
        maxLength={200}
        {...form.getInputProps('subject')}
      />
      <Textarea
        label="What the customer said"
        autosize
        minRows={3}
        maxRows={8}
        maxLength={10_000}
        {...form.getInputProps('body')}
      />
      <Group grow align="start">
        <Select
          label="Kind"
          data={choices(CASE_KINDS, wordsOf)}
          allowDeselect={false}
          {...form.getInputProps('kind')}
        />
        <Select
          label="Priority"
          data={choices(PRIORITIES, wordsOf)}
          allowDeselect={false}
          {...form.getInputProps('priority')}
        />
      </Group>
      <Select
        label="How they came to us"
        data={choices(CHANNELS, wordsOf)}
        allowDeselect={false}
        {...form.getInputProps('channel')}
      />
      <EmployeeSelect label="Who takes care of it" {...form.getInputProps('assigneeId')} />
    </ActModal>
  );
}
