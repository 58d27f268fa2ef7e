import { Alert, Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Boundary } from './Boundary.tsx';
import classes from './Panel.module.css';

interface Props {
  readonly title: string;
  /** Whether nothing is there yet. */
  readonly loading: boolean;
  /** What could not be had, for people; null when all is there. */
  readonly failure: string | null;
  /** Whether there is nothing to show. With a failure too, the failure stands alone. */
  readonly isEmpty: boolean;
  /** What to say when there is nothing. */
  readonly empty: string;
  readonly retry: () => void;
  /** Beside the title: what can be done here. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page that loads and fails on its own: what is lost says so and offers to try again, what is there is shown. */
export function Panel({ title, loading, failure, isEmpty, empty, retry, actions, children }: Props): React.JSX.Element {
  return (
    <Paper component="section" aria-label={title} withBorder className={classes.panel} aria-busy={loading}>
      <Group justify="space-between" gap="xs" mb="sm" mih={30}>
        <Title order={2}>{title}</Title>
        {actions}
      </Group>
      {failure && !loading && (
        <Alert
          className={classes.failure}
          color="orange"
          icon={<IconPlugConnectedX size={18} />}
          role="alert"
          mb={isEmpty ? 0 : 'sm'}
        >
          <Group justify="space-between" gap="xs">
            <Text size="sm">{failure}</Text>
            <Button size="compact-sm" variant="default" onClick={retry}>
              Try again
            </Button>
          </Group>
        </Alert>
      )}
      {loading && (
        <Stack gap="xs" aria-label={`${title}: loading`} role="status">
          <Skeleton height={14} width="60%" />
          <Skeleton height={14} width="85%" />
          <Skeleton height={14} width="70%" />
        </Stack>
      )}
      {!loading && isEmpty && !failure && (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      )}
      {!loading && !isEmpty && <Boundary>{children}</Boundary>}
    </Paper>
  );
}
