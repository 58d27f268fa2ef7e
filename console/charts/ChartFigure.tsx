import '@mantine/charts/styles.css';
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './ChartFigure.module.css';

interface Props {
  readonly title: string;
  /** What the chart shows, in words, for those who cannot see it; the figures themselves stand elsewhere on the page. */
  readonly summary: string;
  readonly children: ReactNode;
}

/** A chart with its name. */
export function ChartFigure({ title, summary, children }: Props): React.JSX.Element {
  return (
    <figure className={classes.figure} aria-label={`${title}: ${summary}`}>
      <Text component="figcaption" size="xs" c="dimmed" mb={6}>
        {title}
      </Text>
      <div aria-hidden="true">{children}</div>
    </figure>
  );
}
