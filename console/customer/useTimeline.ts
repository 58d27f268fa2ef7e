import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useReducer, useRef } from 'react';
import { CustomerTimelineDocument, type TimelineFilter } from '../graph/operations.ts';
import type { TimelineItem } from '../graph/Touchpoint.ts';
import { type TimelineState, timelineReducer, UNREAD } from './timelineState.ts';

const PAGE = 50;

/** A timeline that grows as the reader goes down, and at its top as things happen. */
export interface Timeline extends TimelineState {
  /** Reads the next page, unless one is being read already. */
  readonly readOn: () => void;
  /** Reads the newest page once more and takes in what was missed. */
  readonly catchUp: (isAtTop: boolean) => Promise<void>;
  /** Takes in what came live. */
  readonly take: (item: TimelineItem, isAtTop: boolean) => void;
  /** Shows what waits. */
  readonly showWaiting: () => void;
}

/**
 * Reads a customer's timeline page by page. The pages go into this list and not into the client's cache: touchpoints never change, and a
 * cache would go through all ten thousand of them at each page.
 */
export function useTimeline(customerId: string, filter: TimelineFilter): Timeline {
  const client = useApolloClient();
  const [state, dispatch] = useReducer(timelineReducer, UNREAD);
  const key = JSON.stringify(filter);
  // An answer that was asked for under another filter comes too late.
  const turn = useRef(0);
  const busy = useRef(false);

  const ask = useCallback(
    async (after: string | null) => {
      const { data, error } = await client.query({
        query: CustomerTimelineDocument,
        variables: { id: customerId, first: PAGE, after, filter: JSON.parse(key) as TimelineFilter },
        fetchPolicy: 'no-cache',
      });
      const page = data?.customer360?.timeline;
      if (!page) throw error ?? new Error('There is no such customer.');
      return page;
    },
    [client, customerId, key],
  );

  const readPage = useCallback(
    async (after: string | null) => {
      const mine = turn.current;
      busy.current = true;
      dispatch({ type: 'asked' });
      try {
        const { nodes, pageInfo } = await ask(after);
        if (mine !== turn.current) return;
        dispatch({ type: 'read', items: nodes, next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null });
      } catch (error) {
        if (mine === turn.current) dispatch({ type: 'failed', error });
      } finally {
        if (mine === turn.current) busy.current = false;
      }
    },
    [ask],
  );

  useEffect(() => {
    turn.current += 1;
    dispatch({ type: 'restarted' });
    void readPage(null);
  }, [readPage]);

  const { next, items } = state;
  const isUnread = items.length === 0;
  const readOn = useCallback(() => {
    if (!busy.current && (next !== null || isUnread)) void readPage(next);
  }, [readPage, next, isUnread]);

  const catchUp = useCallback(
    async (isAtTop: boolean) => {
      const mine = turn.current;
      // Lost again: whoever restores the connection catches up again.
      const page = await ask(null).catch(() => null);
      if (page && mine === turn.current) dispatch({ type: 'arrived', items: page.nodes, isAtTop });
    },
    [ask],
  );
  const take = useCallback((item: TimelineItem, isAtTop: boolean) => {
    dispatch({ type: 'arrived', items: [item], isAtTop });
  }, []);
  const showWaiting = useCallback(() => dispatch({ type: 'shown' }), []);
  return { ...state, readOn, catchUp, take, showWaiting };
}
