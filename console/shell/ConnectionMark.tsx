import { Group, Text } from '@mantine/core';
import { useConnection } from '../graph/connection.ts';
import classes from './ConnectionMark.module.css';

const WORDS = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Connection lost, trying again',
} as const;

/** Says whether what happens is seen as it happens. Nothing is shown where nothing on the page is live. */
export function ConnectionMark(): React.JSX.Element {
  const state = useConnection();
  return (
    <Group gap={6} wrap="nowrap" role="status" data-connection={state}>
      {state !== 'idle' && (
        <>
          <span className={classes.dot} data-state={state} />
          <Text size="xs" c="dimmed" className={classes.words} data-state={state}>
            {WORDS[state]}
          </Text>
        </>
      )}
    </Group>
  );
}
