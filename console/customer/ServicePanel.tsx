import { useQuery } from '@apollo/client/react';
import { Anchor, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { formatDuration } from '../format/formatDuration.ts';
import { formatNumber, formatShare } from '../format/formatNumber.ts';
import { wordsOf } from '../format/wordsOf.ts';
import { CustomerServiceDocument } from '../graph/operations.ts';
import { Metric } from '../parts/Metric.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ShowMore } from '../parts/ShowMore.tsx';
import { SlaClock } from '../parts/SlaClock.tsx';
import { Tag, type Tone } from '../parts/Tag.tsx';
import { When } from '../parts/When.tsx';
import { CaseDrawer } from './CaseDrawer.tsx';
import { departmentOf } from './departmentOf.ts';
import { PanelRow } from './PanelRow.tsx';

const STATES: Readonly<Record<string, Tone>> = {
  OPEN: 'info',
  AWAITING_CUSTOMER: 'neutral',
  RESOLVED: 'good',
  CLOSED: 'good',
};

/** What they came to service with, how long it may still take, and what we promised them. */
export function ServicePanel({ customerId }: { readonly customerId: string }): React.JSX.Element {
  const { customer, ...panel } = departmentOf(useQuery(CustomerServiceDocument, { variables: { id: customerId } }));
  const [openCase, setOpenCase] = useState<string | null>(null);
  const cases = customer?.cases?.nodes ?? [];
  const promises = customer?.promises?.nodes ?? [];
  return (
    <Panel title="Service" empty="They never needed service." {...panel}>
      <Stack gap="md">
        <SimpleGrid cols={3} spacing="xs">
          <Metric label="Open cases" value={formatNumber(customer?.openCaseCount?.value)} />
          <Metric
            label="SLA kept"
            value={formatShare(customer?.slaCompliance?.value)}
            explain={customer?.slaCompliance?.explain}
          />
          <Metric
            label="First answer"
            value={formatDuration(customer?.averageFirstResponse?.seconds)}
            explain={customer?.averageFirstResponse?.explain}
          />
        </SimpleGrid>
        {cases.length > 0 && (
          <section aria-label="Cases">
            <Title order={3} size="sm">
              Cases
            </Title>
            <ShowMore of={cases} first={4}>
              {({ id, number, subject, status, priority, openedAt, assignee, sla }) => (
                <PanelRow
                  key={id}
                  title={
                    <Anchor component="button" type="button" size="sm" ta="start" onClick={() => setOpenCase(id)}>
                      {subject}
                    </Anchor>
                  }
                  side={<SlaClock status={status} sla={sla} />}
                >
                  <Tag tone={STATES[status] ?? 'neutral'}>{wordsOf(status)}</Tag>
                  {['HIGH', 'URGENT'].includes(priority) && <Tag tone="warning">{wordsOf(priority)}</Tag>}
                  <span>{number}</span>
                  <When at={openedAt} />
                  {assignee && <span>{assignee.name}</span>}
                </PanelRow>
              )}
            </ShowMore>
          </section>
        )}
        {promises.length > 0 && (
          <section aria-label="Promises">
            <Title order={3} size="sm">
              We promised
            </Title>
            {promises.map(({ id, what, overdue, status, dueAt }) => (
              <PanelRow key={id} title={what}>
                <Tag tone={overdue ? 'bad' : 'neutral'}>{overdue ? 'Overdue' : wordsOf(status)}</Tag>
                <When at={dueAt} />
              </PanelRow>
            ))}
          </section>
        )}
        {customer && cases.length + promises.length === 0 && (
          <Text size="sm" c="dimmed">
            They never needed service.
          </Text>
        )}
      </Stack>
      <CaseDrawer caseId={openCase} close={() => setOpenCase(null)} />
    </Panel>
  );
}
