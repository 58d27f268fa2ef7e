import { useQuery } from '@apollo/client/react';
import { Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { formatAmounts, formatMoney } from '../format/formatMoney.ts';
import { formatDay } from '../format/formatMoment.ts';
import { formatNumber, formatShare } from '../format/formatNumber.ts';
import { wordsOf } from '../format/wordsOf.ts';
import { CustomerSalesDocument } from '../graph/operations.ts';
import { ChartSpace } from '../parts/ChartSpace.tsx';
import { Metric } from '../parts/Metric.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ShowMore } from '../parts/ShowMore.tsx';
import { Tag, type Tone } from '../parts/Tag.tsx';
import { departmentOf } from './departmentOf.ts';
import { NextSteps } from './NextSteps.tsx';
import { PanelRow } from './PanelRow.tsx';
import { valueOverTime } from './valueOverTime.ts';

const ValueChart = lazy(async () => ({ default: (await import('../charts/ValueChart.tsx')).ValueChart }));

const STAGES: Readonly<Record<string, Tone>> = { WON: 'good', LOST: 'bad', COMMITTED: 'info', NEGOTIATION: 'info' };
const ORDERS: Readonly<Record<string, Tone>> = { DELIVERED: 'good', CANCELLED: 'bad' };

/** What they bought and may buy, what that is worth, and what we owe them next. */
export function SalesPanel({ customerId }: { readonly customerId: string }): React.JSX.Element {
  const { customer, ...panel } = departmentOf(useQuery(CustomerSalesDocument, { variables: { id: customerId } }));
  const orders = customer?.orders?.nodes ?? [];
  const opportunities = customer?.opportunities?.nodes ?? [];
  const steps = customer?.nextSteps?.nodes ?? [];
  const value = valueOverTime(orders);
  return (
    <Panel title="Sales" empty="Nothing bought or planned yet." {...panel}>
      <Stack gap="md">
        <SimpleGrid cols={3} spacing="xs">
          <Metric
            label="Value to date"
            value={formatAmounts(customer?.lifetimeValue?.value, true)}
            explain={customer?.lifetimeValue?.explain}
          />
          <Metric
            label="Average order"
            value={formatAmounts(customer?.averageOrderValue?.value, true)}
            explain={customer?.averageOrderValue?.explain}
          />
          <Metric label="Orders" value={formatNumber(customer?.orderCount?.value)} />
        </SimpleGrid>
        {value && value.points.length > 2 && (
          <Suspense fallback={<ChartSpace />}>
            <ValueChart points={value.points} currency={value.currency} />
          </Suspense>
        )}
        {steps.length > 0 && <NextSteps steps={steps} />}
        {opportunities.length > 0 && (
          <section aria-label="Opportunities">
            <Title order={3} size="sm">
              Pipeline
            </Title>
            {opportunities.slice(0, 5).map(({ id, name, stage, amount, probability, expectedCloseOn }) => (
              <PanelRow key={id} title={name} side={amount ? formatMoney(amount, true) : '–'}>
                <Tag tone={STAGES[stage] ?? 'neutral'}>{wordsOf(stage)}</Tag>
                {!['WON', 'LOST'].includes(stage) && (
                  <span>
                    {formatShare(probability)}
                    {expectedCloseOn && `, by ${formatDay(expectedCloseOn)}`}
                  </span>
                )}
              </PanelRow>
            ))}
          </section>
        )}
        {orders.length > 0 && (
          <section aria-label="Orders">
            <Group justify="space-between">
              <Title order={3} size="sm">
                Orders
              </Title>
              {(customer?.orders?.totalCount ?? 0) > orders.length && (
                <Text size="xs" c="dimmed">
                  the last {orders.length} of {formatNumber(customer?.orders?.totalCount)}
                </Text>
              )}
            </Group>
            <ShowMore of={orders} first={4}>
              {({ id, number, placedAt, status, total }) => (
                <PanelRow key={id} title={number} side={formatMoney(total)}>
                  <Tag tone={ORDERS[status] ?? 'info'}>{wordsOf(status)}</Tag>
                  <span>{formatDay(placedAt)}</span>
                </PanelRow>
              )}
            </ShowMore>
          </section>
        )}
      </Stack>
    </Panel>
  );
}
