import type { TimelineItem } from '../graph/Touchpoint.ts';

/** What of a timeline has been read so far, the newest first. */
export interface TimelineState {
  readonly items: readonly TimelineItem[];
  /** Where the next page begins; null when the timeline has been read to its end. */
  readonly next: string | null;
  /** Came in live, and is not shown yet because the reader is somewhere further down. */
  readonly waiting: readonly TimelineItem[];
  /** Ids of those that came in live and are shown: they slide in. */
  readonly fresh: ReadonlySet<string>;
  readonly loading: boolean;
  readonly error: unknown;
}

/** A timeline of which nothing has been read. */
export const UNREAD: TimelineState = {
  items: [],
  next: null,
  waiting: [],
  fresh: new Set(),
  loading: true,
  error: null,
};

/** What can happen to a timeline on the page. */
export type TimelineEvent =
  | { readonly type: 'restarted' }
  | { readonly type: 'asked' }
  | { readonly type: 'read'; readonly items: readonly TimelineItem[]; readonly next: string | null }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'arrived'; readonly items: readonly TimelineItem[]; readonly isAtTop: boolean }
  | { readonly type: 'shown' };

/** What a timeline becomes. */
export function timelineReducer(state: TimelineState, event: TimelineEvent): TimelineState {
  switch (event.type) {
    case 'restarted':
      return UNREAD;
    case 'asked':
      return { ...state, loading: true, error: null };
    case 'read': {
      const items = unknown(state.items, event.items);
      return { ...state, items: [...state.items, ...items], next: event.next, loading: false, error: null };
    }
    case 'failed':
      return { ...state, loading: false, error: event.error };
    case 'arrived': {
      const items = unknown([...state.items, ...state.waiting], event.items);
      if (items.length === 0) return state;
      if (event.isAtTop) return merged(state, items);
      return { ...state, waiting: [...items, ...state.waiting] };
    }
    case 'shown':
      return merged({ ...state, waiting: [] }, state.waiting);
  }
}

function unknown(known: readonly TimelineItem[], items: readonly TimelineItem[]): TimelineItem[] {
  const ids = new Set(known.map(({ id }) => id));
  return items.filter(({ id }) => !ids.has(id));
}

/** Each where its time puts it. What is older than all that was read comes with its page, when the reader gets there. */
function merged(state: TimelineState, items: readonly TimelineItem[]): TimelineState {
  const oldest = state.items.at(-1);
  const inSpan = items.filter((item) => !oldest || state.next === null || isNewer(item, oldest));
  const all = [...state.items, ...inSpan].sort((one, other) => (isNewer(one, other) ? -1 : 1));
  return { ...state, items: all, fresh: new Set(inSpan.map(({ id }) => id)) };
}

function isNewer(one: TimelineItem, other: TimelineItem): boolean {
  return one.occurredAt === other.occurredAt ? one.id > other.id : one.occurredAt > other.occurredAt;
}
