import type { LatestTouchpointsQuery } from '../graph/operations.ts';

/** A touchpoint on the wall. */
type WallItem = LatestTouchpointsQuery['touchpoints']['nodes'][number];

/** More nobody reads; older ones are on their customer's page. */
const LONGEST_WALL = 200;
/** What comes while the wall stands still; beyond that the oldest of them are left out. */
const LONGEST_QUEUE = 500;
const MINUTE_MS = 60_000;

/** What hangs on the wall. */
export interface WallState {
  /** The last recorded first. */
  readonly shown: readonly WallItem[];
  /** Came while the wall stood still. */
  readonly queued: readonly WallItem[];
  readonly isPaused: boolean;
  /** Ids of those that came live. */
  readonly fresh: ReadonlySet<string>;
  /** When those of the last minute came, in milliseconds since 1970. */
  readonly arrivals: readonly number[];
}

/** A wall on which nothing hangs. */
export const BARE: WallState = { shown: [], queued: [], isPaused: false, fresh: new Set(), arrivals: [] };

/** What can happen to the wall. */
export type WallEvent =
  | { readonly type: 'restarted' }
  | { readonly type: 'read'; readonly items: readonly WallItem[] }
  | { readonly type: 'arrived'; readonly item: WallItem; readonly at: number }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' };

/** What the wall becomes. */
export function wallReducer(state: WallState, event: WallEvent): WallState {
  switch (event.type) {
    case 'restarted':
      return { ...BARE, isPaused: state.isPaused, arrivals: state.arrivals };
    case 'read':
      return hang(state, event.items);
    case 'arrived': {
      const arrivals = [...state.arrivals.filter((at) => at > event.at - MINUTE_MS), event.at];
      return { ...hang(state, [event.item]), arrivals };
    }
    case 'paused':
      return { ...state, isPaused: true };
    case 'resumed':
      return hang({ ...state, isPaused: false, queued: [] }, state.queued);
  }
}

function hang(state: WallState, items: readonly WallItem[]): WallState {
  const ids = new Set([...state.shown, ...state.queued].map(({ id }) => id));
  const unknown = items.filter(({ id }) => !ids.has(id));
  if (unknown.length === 0) return state;
  if (state.isPaused) return { ...state, queued: [...unknown, ...state.queued].slice(0, LONGEST_QUEUE) };
  const isFirst = state.shown.length === 0;
  return {
    ...state,
    shown: [...unknown, ...state.shown]
      .sort((one, other) => (one.recordedAt > other.recordedAt ? -1 : 1))
      .slice(0, LONGEST_WALL),
    fresh: isFirst ? state.fresh : new Set(unknown.map(({ id }) => id)),
  };
}
