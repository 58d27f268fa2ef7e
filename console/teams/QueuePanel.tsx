import { useQuery } from '@apollo/client/react';
import { Anchor, Button, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { PanelRow } from '../customer/PanelRow.tsx';
import { formatNumber } from '../format/formatNumber.ts';
import { wordsOf } from '../format/wordsOf.ts';
import { failureOf } from '../graph/failure.ts';
import { type CaseQueueFilter, TeamQueueDocument } from '../graph/operations.ts';
import { Panel } from '../parts/Panel.tsx';
import { SlaClock } from '../parts/SlaClock.tsx';
import { Tag } from '../parts/Tag.tsx';
import { When } from '../parts/When.tsx';

const PAGE = 15;
const FILTERS = [
  { value: 'ALL', label: 'All that wait' },
  { value: 'BREACHED', label: 'SLA broken' },
  { value: 'DUE_SOON', label: 'Due soon' },
  { value: 'UNANSWERED', label: 'Unanswered' },
  { value: 'UNASSIGNED', label: 'Looked after by nobody' },
  { value: 'ESCALATED', label: 'Escalated' },
] as const satisfies readonly { value: CaseQueueFilter; label: string }[];

/** The cases that wait; those whose service level broke, or breaks soonest, first. */
export function QueuePanel(): React.JSX.Element {
  const [filter, setFilter] = useState<CaseQueueFilter>('ALL');
  const { data, error, loading, refetch, fetchMore } = useQuery(TeamQueueDocument, {
    variables: { first: PAGE, filter },
  });
  const queue = data?.caseQueue;
  const more = (): void => {
    void fetchMore({
      variables: { after: queue?.pageInfo.endCursor },
      updateQuery: (read, { fetchMoreResult: { caseQueue } }) => ({
        caseQueue: { ...caseQueue, nodes: [...read.caseQueue.nodes, ...caseQueue.nodes] },
      }),
    });
  };
  return (
    <Panel
      title="Case queue"
      loading={loading && !data}
      failure={failureOf(error)}
      isEmpty={!queue || queue.nodes.length === 0}
      empty="Nobody waits."
      retry={() => void refetch()}
      actions={
        <Select
          size="xs"
          w={190}
          aria-label="Which cases"
          data={[...FILTERS]}
          value={filter}
          onChange={(value) => setFilter(value ?? 'ALL')}
          allowDeselect={false}
        />
      }
    >
      <Text size="sm" c="dimmed" mb={4}>
        {formatNumber(queue?.totalCount)} cases
      </Text>
      {queue?.nodes.map(({ id, number, subject, priority, status, openedAt, customer, assignee, sla }) => (
        <PanelRow key={id} title={subject} side={<SlaClock status={status} sla={sla} />}>
          {['HIGH', 'URGENT'].includes(priority) && <Tag tone="warning">{wordsOf(priority)}</Tag>}
          <span>{number}</span>
          {customer && (
            <Anchor component={Link} size="xs" to={`/customers/${customer.id}`}>
              {customer.displayName}
            </Anchor>
          )}
          <When at={openedAt} />
          <span>{assignee ? assignee.name : 'nobody yet'}</span>
        </PanelRow>
      ))}
      {queue?.pageInfo.hasNextPage && (
        <Button mt="sm" size="xs" variant="default" onClick={more} loading={loading}>
          More
        </Button>
      )}
    </Panel>
  );
}
