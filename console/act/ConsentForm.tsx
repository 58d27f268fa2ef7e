import { useMutation } from '@apollo/client/react';
import { SegmentedControl, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { wordsOf } from '../format/wordsOf.ts';
import {
  type Channel,
  type ConsentAction,
  type ConsentPurpose,
  CustomerMarketingDocument,
  GrantConsentDocument,
  WithdrawConsentDocument,
} from '../graph/operations.ts';
import { CHANNELS, choices, PURPOSES } from '../graph/values.ts';
import { ActModal } from './ActModal.tsx';
import type { FormProps } from './FormProps.ts';
import { useAct } from './useAct.ts';

interface Values {
  action: ConsentAction;
  purpose: ConsentPurpose;
  channel: Channel | null;
  source: string;
  text: string;
}

const EMPTY: Values = { action: 'GRANTED', purpose: 'MARKETING', channel: 'EMAIL', source: 'console', text: '' };
const ACTIONS = [
  { value: 'GRANTED', label: 'They said yes' },
  { value: 'WITHDRAWN', label: 'They said no' },
];

/** Writes a yes or a no into the consent ledger. It stands in the marketing panel before the graph has taken it. */
export function ConsentForm({ customerId, opened, close }: FormProps): React.JSX.Element {
  const [grant] = useMutation(GrantConsentDocument);
  const [withdraw] = useMutation(WithdrawConsentDocument);
  const form = useForm<Values>({
    initialValues: EMPTY,
    validate: {
      source: isNotEmpty('Say where they said so.'),
      text: (value, { action }) =>
        action === 'GRANTED' && !value.trim() ? 'A yes needs the wording that they agreed to.' : null,
    },
  });
  const act = useAct({
    form,
    close,
    done: 'The ledger has it.',
    send: ({ action, text, ...values }, key) => {
      const consent = {
        __typename: 'Consent' as const,
        id: `new:${key}`,
        action,
        at: new Date().toISOString(),
        ...values,
      };
      const refetchQueries = ['CustomerMarketing', 'CustomerHeader'];
      // What holds follows from the ledger by rules that the graph knows: the row is put in front, and then asked for.
      const show = (
        cache: Parameters<NonNullable<Parameters<typeof grant>[0]['update']>>[0],
        row: typeof consent,
      ): void => {
        cache.updateQuery({ query: CustomerMarketingDocument, variables: { id: customerId } }, (marketing) => {
          const customer = marketing?.customer360;
          if (!customer?.consents) return marketing;
          const others = customer.consents.filter(
            ({ id, purpose, channel }) => id !== row.id && (purpose !== row.purpose || channel !== row.channel),
          );
          return { ...marketing, customer360: { ...customer, consents: [row, ...others] } };
        });
      };
      if (action === 'GRANTED') {
        return grant({
          variables: { input: { customerId, ...values, text: text.trim() }, key },
          optimisticResponse: { grantConsent: consent },
          update: (cache, { data }) => data && show(cache, { ...consent, ...data.grantConsent }),
          refetchQueries,
        });
      }
      return withdraw({
        variables: { input: { customerId, ...values, note: text.trim() || null }, key },
        optimisticResponse: { withdrawConsent: consent },
        update: (cache, { data }) => data && show(cache, { ...consent, ...data.withdrawConsent }),
        refetchQueries,
      });
    },
  });
  const isYes = form.values.action === 'GRANTED';
  return (
    <ActModal title="Record consent" opened={opened} close={close} act={act} verb="Record it">
      <Stack gap={4}>
        <Text size="sm" fw={500} id="consent-action">
          What they said
        </Text>
        <SegmentedControl data={ACTIONS} aria-labelledby="consent-action" {...form.getInputProps('action')} />
      </Stack>
      <Select
        label="What for"
        data={choices(PURPOSES, wordsOf)}
        allowDeselect={false}
        {...form.getInputProps('purpose')}
      />
      <Select
        label="By which channel"
        placeholder="All channels"
        data={choices(CHANNELS, wordsOf)}
        clearable
        clearButtonProps={{ 'aria-label': 'All channels' }}
        {...form.getInputProps('channel')}
      />
      <TextInput label="Where they said so" withAsterisk maxLength={100} {...form.getInputProps('source')} />
      <Textarea
        label={isYes ? 'The wording that they agreed to' : 'What they said'}
        withAsterisk={isYes}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={10_000}
        {...form.getInputProps('text')}
      />
    </ActModal>
  );
}
