import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A writer that pauses for longer than this inside of a file is taken to have finished. */
const SETTLE_MS = 100;
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
  let settling: NodeJS.Timeout | undefined;
  const touched = (): void => {
    clearTimeout(settling);
    settling = setTimeout(changed, SETTLE_MS).unref();
  };

  // The folder, because a file that is replaced by another takes its own watch with it.
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(file), { persistent: false }, touched);
    watcher.on('error', failed);
  } catch (error) {
    failed(error);
  }

  let last: string | undefined;
  const poll = async (): Promise<void> => {
    const stamp = await stampOf(file);
    if (last !== undefined && stamp !== last) touched();
    last = stamp;
  };
  const polling = setInterval(() => void poll(), POLL_MS).unref();

  return () => {
    watcher?.close();
    clearInterval(polling);
    clearTimeout(settling);
  };
}

/** What differs when the file does. A file that cannot be looked at has a stamp of its own. */
async function stampOf(file: string): Promise<string> {
  return stat(file).then(
    ({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
    () => 'none',
  );
}
