import { ActionIcon, Group, Text, Tooltip } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import classes from './Metric.module.css';

interface Props {
  readonly label: string;
  readonly value: string;
  /** How it came about. */
  readonly explain?: { readonly formula: string; readonly n: number } | undefined;
}

/** A figure with its name, and on demand how it came about. */
export function Metric({ label, value, explain }: Props): React.JSX.Element {
  return (
    <div className={classes.metric}>
      <Group gap={2} wrap="nowrap" className={classes.label}>
        <Text size="xs" c="dimmed">
          {label}
        </Text>
        {explain && (
          <Tooltip
            label={`${explain.formula} (from ${explain.n})`}
            multiline
            maw={320}
            events={{ hover: true, focus: true, touch: true }}
          >
            <ActionIcon variant="transparent" size={24} c="dimmed" aria-label={`How "${label}" came about`}>
              <IconInfoCircle size={14} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      <Text fw={650} className={classes.value}>
        {value}
      </Text>
    </div>
  );
}
