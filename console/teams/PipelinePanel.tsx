import { useQuery } from '@apollo/client/react';
import { Anchor, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import { PanelRow } from '../customer/PanelRow.tsx';
import { formatAmounts } from '../format/formatMoney.ts';
import { formatNumber, formatShare } from '../format/formatNumber.ts';
import { failureOf } from '../graph/failure.ts';
import { TeamPipelineDocument } from '../graph/operations.ts';
import { choices } from '../graph/values.ts';
import { ChartSpace } from '../parts/ChartSpace.tsx';
import { Metric } from '../parts/Metric.tsx';
import { Panel } from '../parts/Panel.tsx';
import { When } from '../parts/When.tsx';
import { type Span, spanAround, SPANS } from './period.ts';

const PipelineChart = lazy(async () => ({ default: (await import('../charts/PipelineChart.tsx')).PipelineChart }));

/** What may be sold, what it comes to in a period, and which follow-ups are late. */
export function PipelinePanel(): React.JSX.Element {
  const [span, setSpan] = useState<Span>('quarter');
  const { data, error, loading, refetch } = useQuery(TeamPipelineDocument, {
    variables: { period: spanAround(span, new Date()) },
  });
  const { pipeline, forecast, winRate, overdueFollowUps: late } = data ?? {};
  return (
    <Panel
      title="Pipeline and forecast"
      loading={loading && !data}
      failure={failureOf(error)}
      isEmpty={!pipeline}
      empty="Nothing is planned."
      retry={() => void refetch()}
      actions={
        <SegmentedControl
          size="xs"
          data={choices(SPANS, (value) => `This ${value}`)}
          value={span}
          onChange={(value) => setSpan(value)}
          aria-label="Period of the forecast"
        />
      }
    >
      <Stack gap="md">
        <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="sm">
          <Metric label="Won" value={formatAmounts(forecast?.won.value, true)} />
          <Metric label="Commit" value={formatAmounts(forecast?.commit.value, true)} />
          <Metric label="Weighted" value={formatAmounts(forecast?.weighted.value, true)} />
          <Metric label="Best case" value={formatAmounts(forecast?.bestCase.value, true)} />
        </SimpleGrid>
        <Text size="sm" c="dimmed">
          Win rate {formatShare(winRate?.value)}
          {winRate && ` of ${formatNumber(winRate.explain.n)} decided`}
          {forecast && forecast.withoutAmount > 0 && `; ${formatNumber(forecast.withoutAmount)} without an amount`}
        </Text>
        {pipeline && pipeline.length > 0 && (
          <Suspense fallback={<ChartSpace height={200} />}>
            <PipelineChart stages={pipeline} />
          </Suspense>
        )}
        {late && late.nodes.length > 0 && (
          <section aria-label="Late follow-ups">
            <Title order={3} size="sm">
              Late follow-ups ({formatNumber(late.totalCount)})
            </Title>
            {late.nodes.map(({ id, nextStep, customer, employee, subject }) => (
              <PanelRow
                key={id}
                title={nextStep?.description ?? subject}
                side={nextStep && <When at={nextStep.dueAt} />}
              >
                {customer && (
                  <Anchor component={Link} size="xs" to={`/customers/${customer.id}`}>
                    {customer.displayName}
                  </Anchor>
                )}
                {employee && <span>{employee.name}</span>}
              </PanelRow>
            ))}
          </section>
        )}
      </Stack>
    </Panel>
  );
}
