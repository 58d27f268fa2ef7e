import { useApolloClient } from '@apollo/client/react';
import { Button, Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useCallback, useEffect, useReducer, useState } from 'react';
import { formatNumber } from '../format/formatNumber.ts';
import { wordsOf } from '../format/wordsOf.ts';
import {
  type Channel,
  type Department,
  LatestTouchpointsDocument,
  type Sentiment,
  type TouchpointAddedFilter,
} from '../graph/operations.ts';
import { useTouchpointStream } from '../graph/useTouchpointStream.ts';
import { CHANNELS, choices, DEPARTMENTS, SENTIMENTS } from '../graph/values.ts';
import { TouchpointCard } from '../parts/TouchpointCard.tsx';
import { useNow } from '../parts/useNow.ts';
import classes from './LivePage.module.css';
import { BARE, wallReducer } from './wallState.ts';

const LAST = 30;
const MINUTE_MS = 60_000;

interface Filter {
  readonly channel: Channel | null;
  readonly department: Department | null;
  readonly sentiment: Sentiment | null;
}

function streamFilter({ channel, department, sentiment }: Filter): TouchpointAddedFilter {
  return {
    channels: channel ? [channel] : undefined,
    departments: department ? [department] : undefined,
    minSentiment: sentiment,
    maxSentiment: sentiment,
  };
}

/** What happens between all customers and us, the moment it happens: filtered, held still on demand, with the way to each customer. */
export function LivePage(): React.JSX.Element {
  useDocumentTitle('Live · Customer360');
  const client = useApolloClient();
  const [filter, setFilter] = useState<Filter>({ channel: null, department: null, sentiment: null });
  const [wall, dispatch] = useReducer(wallReducer, BARE);
  const { channel, department, sentiment } = filter;
  const now = useNow();

  const catchUp = useCallback(async () => {
    const { data } = await client.query({
      query: LatestTouchpointsDocument,
      variables: { first: LAST, filter: { channel, department } },
      fetchPolicy: 'no-cache',
    });
    const items = data?.touchpoints.nodes ?? [];
    dispatch({ type: 'read', items: items.filter((item) => !sentiment || item.sentiment === sentiment) });
  }, [client, channel, department, sentiment]);

  useEffect(() => {
    dispatch({ type: 'restarted' });
    void catchUp();
  }, [catchUp]);
  useTouchpointStream(
    streamFilter(filter),
    (item) => dispatch({ type: 'arrived', item, at: Date.now() }),
    () => void catchUp(),
  );

  const rate = wall.arrivals.filter((at) => at > now - MINUTE_MS).length;
  const select = (label: string, name: keyof Filter, values: readonly string[]) => (
    <Select
      size="sm"
      aria-label={label}
      placeholder={label}
      data={choices(values, wordsOf)}
      value={filter[name]}
      onChange={(value) => setFilter({ ...filter, [name]: value })}
      clearable
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}` }}
    />
  );
  return (
    <Stack gap="md" className={classes.page}>
      <Group justify="space-between" align="end">
        <div>
          <Title order={1}>Live</Title>
          <Text c="dimmed" size="sm" role="status">
            {formatNumber(rate)} in the last minute
            {wall.queued.length > 0 && `, ${wall.queued.length} wait`}
          </Text>
        </div>
        <div role="group" aria-label="What hangs on the wall" className={classes.filters}>
          {select('Channel', 'channel', CHANNELS)}
          {select('Department', 'department', DEPARTMENTS)}
          {select('Mood', 'sentiment', SENTIMENTS)}
          <Button
            variant={wall.isPaused ? 'filled' : 'default'}
            size="sm"
            leftSection={wall.isPaused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
            onClick={() => dispatch({ type: wall.isPaused ? 'resumed' : 'paused' })}
          >
            {wall.isPaused ? 'Go on' : 'Pause'}
          </Button>
        </div>
      </Group>
      <Paper withBorder className={classes.wall} component="section" aria-label="What happens">
        <div className={classes.list} role="feed" aria-label="Live touchpoints">
          {wall.shown.map((item, index) => (
            <article
              key={item.id}
              aria-posinset={index + 1}
              aria-setsize={-1}
              aria-label={item.summary}
              className={classes.item}
              data-fresh={wall.fresh.has(item.id) ? '' : undefined}
              data-touchpoint={item.id}
            >
              <TouchpointCard touchpoint={item} customer={item.customer} />
            </article>
          ))}
        </div>
        {wall.shown.length === 0 && (
          <Text c="dimmed" size="sm" p="md">
            Nothing yet. What departments write hangs here the moment it is written.
          </Text>
        )}
      </Paper>
    </Stack>
  );
}
