import { useApolloClient } from '@apollo/client/react';
import { useEffect, useEffectEvent } from 'react';
import { TouchpointAddedDocument, type TouchpointAddedFilter } from './operations.ts';
import type { ResumeContext } from './ResumeLink.ts';
import type { LiveTouchpoint } from './Touchpoint.ts';

/**
 * Follows what happens for as long as the component is there, over lost connections too.
 *
 * @param filter which touchpoints; a changed filter starts anew
 * @param onTouchpoint called for each, in the order in which they were recorded
 * @param onGap called when some may have passed unseen: read what there is once more, and drop what is known
 */
export function useTouchpointStream(
  filter: TouchpointAddedFilter,
  onTouchpoint: (touchpoint: LiveTouchpoint) => void,
  onGap: () => void,
): void {
  const client = useApolloClient();
  const arrived = useEffectEvent(onTouchpoint);
  const gap = useEffectEvent(onGap);
  const key = JSON.stringify(filter);
  useEffect(() => {
    const context: ResumeContext = { onBlindStart: () => gap() };
    const subscription = client
      .subscribe({
        query: TouchpointAddedDocument,
        variables: { filter: JSON.parse(key) as TouchpointAddedFilter },
        // Each is seen once and shown from the component's own list: the cache would only grow.
        fetchPolicy: 'no-cache',
        errorPolicy: 'all',
        context,
      })
      .subscribe({
        next: ({ data }) => {
          if (data) arrived(data.touchpointAdded.touchpoint);
        },
        // Final refusals: the token's are told by the link; without the scope there is nothing to see.
        error: () => gap(),
      });
    return () => subscription.unsubscribe();
  }, [client, key]);
}
