import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Tone } from '../parts/Tag.tsx';
import classes from './Figure.module.css';

interface Props {
  readonly label: string;
  /** Null when it could not be had, or when there is none and `none` says so. */
  readonly value: ReactNode;
  readonly detail?: string | null | undefined;
  readonly tone?: Tone | undefined;
  /** Whether null means that it could not be had. By default it does, unless `none` is given. */
  readonly isLost?: boolean;
  /** What to say where there is none. */
  readonly none?: string;
}

/** One figure at the top of the customer's page. */
export function Figure({ label, value, detail, tone, none, isLost = none === undefined }: Props): React.JSX.Element {
  return (
    <div className={classes.figure}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text fw={650} className={classes.value} data-tone={value === null ? undefined : tone} component="div">
        {value ?? (
          <Text span c="dimmed" fw={400} size="sm">
            {isLost ? 'unavailable' : none}
          </Text>
        )}
      </Text>
      {detail && (
        <Text size="xs" c="dimmed">
          {detail}
        </Text>
      )}
    </div>
  );
}
