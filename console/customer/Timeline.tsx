import { Alert, Button, Center, Group, Loader, Text } from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { failureOf } from '../graph/failure.ts';
import type { TimelineFilter } from '../graph/operations.ts';
import type { LiveTouchpoint } from '../graph/Touchpoint.ts';
import { useTouchpointStream } from '../graph/useTouchpointStream.ts';
import { matchesFilter } from './matchesFilter.ts';
import { TimelineEntry } from './TimelineEntry.tsx';
import { useTimeline } from './useTimeline.ts';
import classes from './Timeline.module.css';

interface Props {
  readonly customerId: string;
  readonly filter: TimelineFilter;
  /** Called for each touchpoint that comes in, whatever the filter, and with null when some may have passed unseen. */
  readonly onActivity: (touchpoint: LiveTouchpoint | null) => void;
}

/** How many entries before the end the next page is asked for. */
const AHEAD = 15;
const USUAL_HEIGHT = 70;

/**
 * Everything that happened between the customer and us, the newest first, in one list whose visible part alone is in the page. Consecutive
 * touchpoints of one journey stand under its name. What happens slides in at the top; who reads further down is told and not moved.
 */
export function Timeline({ customerId, filter, onActivity }: Props): React.JSX.Element {
  const timeline = useTimeline(customerId, filter);
  const { items, waiting, loading, error, next, readOn } = timeline;
  const box = useRef<HTMLDivElement>(null);
  const isAtTop = (): boolean => (box.current?.scrollTop ?? 0) < 40;

  useTouchpointStream(
    { customerIds: [customerId] },
    (touchpoint) => {
      if (filter.text) void timeline.catchUp(isAtTop());
      else if (matchesFilter(filter, touchpoint)) timeline.take(touchpoint, isAtTop());
      onActivity(touchpoint);
    },
    () => {
      void timeline.catchUp(isAtTop());
      onActivity(null);
    },
  );

  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => USUAL_HEIGHT,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 12,
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  const isNearEnd = next !== null && !error && last >= items.length - AHEAD;
  useEffect(() => {
    if (isNearEnd) readOn();
  }, [isNearEnd, readOn, items.length]);

  const failure = failureOf(error);
  return (
    <div className={classes.frame}>
      {waiting.length > 0 && (
        <Button
          className={classes.waiting}
          size="compact-sm"
          radius="xl"
          leftSection={<IconArrowUp size={14} />}
          onClick={() => {
            timeline.showWaiting();
            box.current?.scrollTo({ top: 0 });
          }}
        >
          {waiting.length} new
        </Button>
      )}
      <div ref={box} className={classes.box} role="group" aria-label="History" tabIndex={0}>
        <div
          style={{ height: virtualizer.getTotalSize() }}
          className={classes.rows}
          role="feed"
          aria-label="Timeline"
          aria-busy={loading}
        >
          {rows.map(({ index, key, start }) => {
            const item = items[index];
            return item ? (
              <div
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className={classes.row}
                style={{ transform: `translateY(${start}px)` }}
              >
                <TimelineEntry
                  item={item}
                  before={items[index - 1]}
                  position={index + 1}
                  count={next === null ? items.length : -1}
                  isFresh={timeline.fresh.has(item.id)}
                />
              </div>
            ) : null;
          })}
        </div>
        {loading && (
          <Center p="md">
            <Loader size="sm" role="status" aria-label="Loading the timeline" />
          </Center>
        )}
        {failure && (
          <Alert color="orange" role="alert" m="xs">
            <Group justify="space-between">
              <Text size="sm">The timeline cannot be read: {failure}</Text>
              <Button size="compact-sm" variant="default" onClick={readOn}>
                Try again
              </Button>
            </Group>
          </Alert>
        )}
        {!loading && !failure && items.length === 0 && (
          <Text size="sm" c="dimmed" p="md">
            Nothing here yet.
          </Text>
        )}
        {!loading && next === null && items.length > 10 && (
          <Text size="xs" c="dimmed" ta="center" p="sm">
            This is where it began.
          </Text>
        )}
      </div>
    </div>
  );
}
