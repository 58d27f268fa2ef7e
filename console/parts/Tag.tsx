import { Badge } from '@mantine/core';
import classes from './Tag.module.css';

/** What a tag says by its colour, beside its word. */
export type Tone = 'neutral' | 'good' | 'bad' | 'warning' | 'info';

/** A short word in a pill; its colour never says more than its word. */
export function Tag({
  tone = 'neutral',
  children,
}: {
  readonly tone?: Tone;
  readonly children: string;
}): React.JSX.Element {
  return (
    <Badge className={classes.tag} data-tone={tone} radius="sm" size="sm" tt="none" fw={600}>
      {children}
    </Badge>
  );
}
