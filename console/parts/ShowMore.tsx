import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';

interface Props<T> {
  readonly of: readonly T[];
  /** How many are shown at once. */
  readonly first: number;
  readonly children: (one: T) => ReactNode;
}

/** The first few of a list, and all of it on demand. */
export function ShowMore<T>({ of, first, children }: Props<T>): React.JSX.Element {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? of : of.slice(0, first);
  return (
    <>
      {shown.map(children)}
      {of.length > first && (
        <Button size="compact-xs" variant="subtle" mt={4} onClick={() => setAll(!isAll)} aria-expanded={isAll}>
          {isAll ? 'Fewer' : `All ${of.length}`}
        </Button>
      )}
    </>
  );
}
