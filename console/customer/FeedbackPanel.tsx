import { useQuery } from '@apollo/client/react';
import { Rating, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { formatNumber, formatShare } from '../format/formatNumber.ts';
import { wordsOf } from '../format/wordsOf.ts';
import { CustomerFeedbackDocument } from '../graph/operations.ts';
import { ChartSpace } from '../parts/ChartSpace.tsx';
import { Metric } from '../parts/Metric.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ShowMore } from '../parts/ShowMore.tsx';
import { Tag, type Tone } from '../parts/Tag.tsx';
import { When } from '../parts/When.tsx';
import { departmentOf } from './departmentOf.ts';
import classes from './FeedbackPanel.module.css';
import { PanelRow } from './PanelRow.tsx';

const ScoreChart = lazy(async () => ({ default: (await import('../charts/ScoreChart.tsx')).ScoreChart }));

/** Of each kind of survey: the highest score, and below which it is bad and from which it is good. */
const SCALES = {
  NPS: { top: 10, bad: 7, good: 9 },
  CSAT: { top: 5, bad: 3, good: 4 },
  CES: { top: 7, bad: 4, good: 5 },
} as const;

function toneOf(kind: keyof typeof SCALES, score: number): Tone {
  const { bad, good } = SCALES[kind];
  if (score >= good) return 'good';
  return score < bad ? 'bad' : 'neutral';
}

/** How well we do in their eyes, and in their own words. */
export function FeedbackPanel({ customerId }: { readonly customerId: string }): React.JSX.Element {
  const { customer, ...panel } = departmentOf(useQuery(CustomerFeedbackDocument, { variables: { id: customerId } }));
  const responses = customer?.responses?.nodes ?? [];
  const reviews = customer?.reviews?.nodes ?? [];
  const nps = responses.filter(({ kind }) => kind === 'NPS');
  const satisfaction = customer?.satisfaction?.value;
  const category = customer?.npsScore?.category;
  return (
    <Panel title="Feedback" empty="They have not been asked yet." {...panel}>
      <Stack gap="md">
        <SimpleGrid cols={3} spacing="xs">
          <Metric label="NPS" value={category ? wordsOf(category) : '–'} explain={customer?.npsScore?.explain} />
          <Metric
            label="Satisfaction"
            value={satisfaction == null ? '–' : formatShare(satisfaction / 100)}
            explain={customer?.satisfaction?.explain}
          />
          <Metric label="Effort" value={formatNumber(customer?.effort?.value)} explain={customer?.effort?.explain} />
        </SimpleGrid>
        {nps.length > 1 && (
          <Suspense fallback={<ChartSpace />}>
            <ScoreChart responses={nps} />
          </Suspense>
        )}
        {responses.length > 0 && (
          <section aria-label="Responses">
            <Title order={3} size="sm">
              What they said
            </Title>
            <ShowMore of={responses} first={4}>
              {({ id, kind, score, verbatim, experience, respondedAt, survey, loop }) => (
                <PanelRow
                  key={id}
                  title={verbatim ? <q className={classes.verbatim}>{verbatim}</q> : (survey?.title ?? wordsOf(kind))}
                  side={<Tag tone={toneOf(kind, score)}>{`${wordsOf(kind)} ${score} of ${SCALES[kind].top}`}</Tag>}
                >
                  <When at={respondedAt} />
                  {experience && <span>{experience}</span>}
                  {loop?.status === 'OPEN' && <Tag tone="warning">Not followed up</Tag>}
                </PanelRow>
              )}
            </ShowMore>
          </section>
        )}
        {reviews.length > 0 && (
          <section aria-label="Reviews">
            <Title order={3} size="sm">
              Reviews
            </Title>
            {reviews.map(({ id, site, rating, title, text, publishedAt }) => (
              <PanelRow
                key={id}
                title={title ?? text ?? site}
                side={<Rating value={rating} readOnly size="xs" role="img" aria-label={`${rating} of 5 stars`} />}
              >
                {title && text && <Text size="sm">{text}</Text>}
                <span>{site}</span>
                <When at={publishedAt} />
              </PanelRow>
            ))}
          </section>
        )}
        {responses.length + reviews.length === 0 && (
          <Text size="sm" c="dimmed">
            They have not been asked yet.
          </Text>
        )}
      </Stack>
    </Panel>
  );
}
