import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A writer that pauses for longer than this inside of a file is taken to have finished ... */
const SETTLE_MS = 100;
/** ... and one that never pauses is not waited for any longer than this. */
const LONGEST_SETTLE_MS = 1_000;
/** However much happens in the folder, the file is looked at no more often than this. */
const LOOK_MS = 20;
/** For what sends no events: network file systems, and a folder that is itself replaced. */
const POLL_MS = 5_000;

/**
 * Calls `changed` when a file may have another content: after it was written, replaced, or its folder or a link on the way to it
 * was replaced. It may call without a change, so whoever is called compares. It keeps no process alive.
 *
 * @param failed told when the system cannot watch; the file is then looked at every 5 seconds only
 * @returns ends the watch
 */
export function watchFile(file: string, changed: () => void, failed: (error: unknown) => void): () => void {
  let ended = false;
  let settling: NodeJS.Timeout | undefined;
  let unsettledSince: number | undefined;
  const settled = (): void => {
    unsettledSince = undefined;
    changed();
  };
  const touched = (): void => {
    clearTimeout(settling);
    unsettledSince ??= performance.now();
    const left = LONGEST_SETTLE_MS - (performance.now() - unsettledSince);
    settling = setTimeout(settled, Math.max(0, Math.min(SETTLE_MS, left))).unref();
  };

  let last: string | undefined;
  const look = async (): Promise<void> => {
    const stamp = await stampOf(file);
    if (!ended && last !== undefined && stamp !== last) touched();
    last = stamp;
  };
  let looking: NodeJS.Timeout | undefined;
  /** Others may write beside the file all the time: what happens in the folder only says that the file may be looked at. */
  const stirred = (): void => {
    looking ??= setTimeout(() => {
      looking = undefined;
      void look();
    }, LOOK_MS).unref();
  };

  // The folder, because a file that is replaced by another takes its own watch with it.
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(file), { persistent: false }, stirred);
    watcher.on('error', failed);
  } catch (error) {
    failed(error);
  }
  void look();
  const polling = setInterval(() => void look(), POLL_MS).unref();

  return () => {
    ended = true;
    watcher?.close();
    clearInterval(polling);
    clearTimeout(looking);
    clearTimeout(settling);
  };
}

/** What differs when the file does. A file that cannot be looked at has a stamp of its own. */
async function stampOf(file: string): Promise<string> {
  return stat(file, { bigint: true }).then(
    ({ ino, size, mtimeNs, ctimeNs }) => `${ino} ${size} ${mtimeNs} ${ctimeNs}`,
    () => 'none',
  );
}
