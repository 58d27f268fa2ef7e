import { useSyncExternalStore } from 'react';

/** "5 minutes ago" may be so much behind. */
const STEP_MS = 15_000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

/** One clock for the whole page, that runs while somebody looks at it. */
function watch(changed: () => void): () => void {
  watchers.add(changed);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const tell of watchers) tell();
  }, STEP_MS);
  return () => {
    watchers.delete(changed);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time in milliseconds since 1970, in steps of 15 seconds. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => now);
}
