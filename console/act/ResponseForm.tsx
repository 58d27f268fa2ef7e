import { useMutation, useQuery } from '@apollo/client/react';
import { NumberInput, Select, Text, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import {
  ActiveSurveysDocument,
  CustomerFeedbackDocument,
  SubmitSurveyResponseDocument,
  type SurveyKind,
} from '../graph/operations.ts';
import { ActModal } from './ActModal.tsx';
import type { FormProps } from './FormProps.ts';
import { useAct } from './useAct.ts';

interface Values {
  surveyId: string | null;
  score: number | string;
  verbatim: string;
  experience: string;
}

const EMPTY: Values = { surveyId: null, score: '', verbatim: '', experience: '' };
const SCALES: Readonly<Record<SurveyKind, { low: number; high: number }>> = {
  NPS: { low: 0, high: 10 },
  CSAT: { low: 1, high: 5 },
  CES: { low: 1, high: 7 },
};

/** Records what the customer answered to a survey. It stands in the feedback panel before the graph has taken it. */
export function ResponseForm({ customerId, opened, close }: FormProps): React.JSX.Element {
  const { data } = useQuery(ActiveSurveysDocument, { fetchPolicy: 'cache-first' });
  const surveys = data?.surveys.nodes ?? [];
  const [submit] = useMutation(SubmitSurveyResponseDocument);
  const form = useForm<Values>({
    initialValues: EMPTY,
    validate: {
      surveyId: isNotEmpty('Choose the survey.'),
      score: (value) => (value === '' ? 'Say how they answered.' : null),
    },
  });
  const survey = surveys.find(({ id }) => id === form.values.surveyId);
  const scale = survey ? SCALES[survey.kind] : null;

  const act = useAct({
    form,
    close,
    done: 'The response is recorded.',
    send: async (values, key) => {
      if (!survey) return;
      const score = Number(values.score);
      const verbatim = values.verbatim.trim() || null;
      const experience = values.experience.trim() || null;
      await submit({
        variables: { input: { customerId, surveyId: survey.id, score, verbatim, experience }, key },
        optimisticResponse: {
          submitSurveyResponse: {
            __typename: 'SurveyResponse',
            id: `new:${key}`,
            kind: survey.kind,
            score,
            verbatim,
            experience,
            respondedAt: new Date().toISOString(),
            survey: { __typename: 'Survey', id: survey.id, title: survey.title },
            loop: null,
          },
        },
        update(cache, { data: answer }) {
          const response = answer?.submitSurveyResponse;
          if (!response) return;
          cache.updateQuery({ query: CustomerFeedbackDocument, variables: { id: customerId } }, (feedback) => {
            const responses = feedback?.customer360?.responses;
            if (!feedback?.customer360 || !responses) return feedback;
            const nodes = [response, ...responses.nodes.filter(({ id }) => id !== response.id)];
            const all = { ...responses, totalCount: responses.totalCount + 1, nodes };
            return { ...feedback, customer360: { ...feedback.customer360, responses: all } };
          });
        },
      });
    },
  });
  return (
    <ActModal title="Survey response" opened={opened} close={close} act={act} verb="Record it">
      <Select
        label="Survey"
        withAsterisk
        searchable
        openOnFocus={false}
        data-autofocus
        data={surveys.map(({ id, title, kind }) => ({ value: id, label: `${title} (${kind})` }))}
        {...form.getInputProps('surveyId')}
      />
      {survey && (
        <Text size="sm" c="dimmed">
          {survey.question}
        </Text>
      )}
      <NumberInput
        label="Their answer"
        description={scale ? `${scale.low} to ${scale.high}` : undefined}
        withAsterisk
        allowDecimal={false}
        {...form.getInputProps('score')}
      />
      <Textarea
        label="In their own words"
        autosize
        minRows={2}
        maxRows={8}
        maxLength={10_000}
        {...form.getInputProps('verbatim')}
      />
      <TextInput
        label="Which experience it is about"
        placeholder="delivery"
        maxLength={200}
        {...form.getInputProps('experience')}
      />
    </ActModal>
  );
}
