import { Skeleton } from '@mantine/core';

/** Keeps the room of a chart while its library is loaded, so that nothing jumps. */
export function ChartSpace({ height = 150 }: { readonly height?: number }): React.JSX.Element {
  return <Skeleton height={height} aria-hidden="true" />;
}
