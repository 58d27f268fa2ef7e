import { useQuery } from '@apollo/client/react';
import { Accordion, Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { formatShare } from '../format/formatNumber.ts';
import { wordsOf } from '../format/wordsOf.ts';
import { failureOf } from '../graph/failure.ts';
import { CustomerJourneysDocument, type JourneyStatus } from '../graph/operations.ts';
import { Panel } from '../parts/Panel.tsx';
import { Tag } from '../parts/Tag.tsx';
import { TouchpointCard } from '../parts/TouchpointCard.tsx';
import { When } from '../parts/When.tsx';
import classes from './Journeys.module.css';

const PAGE = 20;
const STATUSES = [
  { value: '', label: 'All' },
  { value: 'OPEN', label: 'Open' },
  { value: 'CLOSED', label: 'Closed' },
];

/** The customer's efforts, each across channels and departments: what belongs together stands together. */
export function Journeys({ customerId }: { readonly customerId: string }): React.JSX.Element {
  const [status, setStatus] = useState<string>('');
  const variables = { id: customerId, first: PAGE, status: status ? (status as JourneyStatus) : null };
  const { data, error, loading, refetch, fetchMore } = useQuery(CustomerJourneysDocument, { variables });
  const journeys = data?.customer360?.journeys;
  const more = (): void => {
    void fetchMore({
      variables: { after: journeys?.pageInfo.endCursor },
      updateQuery(read, { fetchMoreResult }) {
        const before = read.customer360?.journeys;
        const page = fetchMoreResult.customer360?.journeys;
        if (!read.customer360 || !before || !page) return read;
        const all = { ...page, nodes: [...before.nodes, ...page.nodes] };
        return { customer360: { ...read.customer360, journeys: all } };
      },
    });
  };
  return (
    <Panel
      title="Journeys"
      loading={loading && !data}
      failure={failureOf(error)}
      isEmpty={!journeys || journeys.nodes.length === 0}
      empty="None."
      retry={() => void refetch()}
      actions={
        <SegmentedControl size="xs" data={STATUSES} value={status} onChange={setStatus} aria-label="Which journeys" />
      }
    >
      <Accordion multiple chevronPosition="left" className={classes.list}>
        {journeys?.nodes.map(({ id, subject, status: state, lastTouchAt, touchpoints }) => (
          <Accordion.Item key={id} value={id}>
            <Accordion.Control>
              <Group gap={8} justify="space-between" wrap="nowrap">
                <div className={classes.subject}>
                  <Text size="sm" fw={600}>
                    {subject}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {touchpoints.totalCount} contacts, the last <When at={lastTouchAt} />
                  </Text>
                </div>
                <Tag tone={state === 'OPEN' ? 'info' : 'neutral'}>{wordsOf(state)}</Tag>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <Stack gap={0}>
                {touchpoints.nodes.map((touchpoint) => (
                  <div key={touchpoint.id}>
                    <TouchpointCard touchpoint={touchpoint} />
                    {touchpoint.journeyLink && touchpoint.journeyLink.reason !== 'FIRST' && (
                      <Text size="xs" c="dimmed" className={classes.link}>
                        Linked by {wordsOf(touchpoint.journeyLink.reason).toLowerCase()},{' '}
                        {formatShare(touchpoint.journeyLink.confidence)} sure
                      </Text>
                    )}
                  </div>
                ))}
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      {journeys?.pageInfo.hasNextPage && (
        <Button mt="sm" size="xs" variant="default" onClick={more} loading={loading}>
          Older ones
        </Button>
      )}
    </Panel>
  );
}
