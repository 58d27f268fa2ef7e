import { useSyncExternalStore } from 'react';

/** How the console hears of what happens: `idle` when nothing on the page asks for it. */
export type ConnectionState = 'idle' | 'connecting' | 'live' | 'lost';

let state: ConnectionState = 'idle';
const watchers = new Set<() => void>();

/** Says how the live connection is; the one place that knows is the link that keeps it. */
export function setConnection(next: ConnectionState): void {
  if (next === state) return;
  state = next;
  for (const watch of watchers) watch();
}

function watchConnection(watch: () => void): () => void {
  watchers.add(watch);
  return () => watchers.delete(watch);
}

/** The state of the live connection, for components. */
export function useConnection(): ConnectionState {
  return useSyncExternalStore(watchConnection, () => state);
}
