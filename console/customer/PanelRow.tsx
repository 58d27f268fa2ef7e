import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './PanelRow.module.css';

interface Props {
  readonly title: ReactNode;
  /** At the end of the line: an amount, a clock. */
  readonly side?: ReactNode;
  /** The smaller line below. */
  readonly children?: ReactNode;
}

/** One thing in a panel: its name, what it comes to, and what to know of it. */
export function PanelRow({ title, side, children }: Props): React.JSX.Element {
  return (
    <div className={classes.row}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="start">
        <Text size="sm" component="div" className={classes.title}>
          {title}
        </Text>
        <Text size="sm" component="div" className={classes.side}>
          {side}
        </Text>
      </Group>
      {children && (
        <Group gap={8} className={classes.detail}>
          {children}
        </Group>
      )}
    </div>
  );
}
