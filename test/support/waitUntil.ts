import { setTimeout as pause } from 'node:timers/promises';

/**
 * Looks again and again, every few milliseconds, until something holds.
 * @throws when it does not hold within the time
 */
export async function waitUntil(holds: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`it did not come to hold within ${withinMs} ms: ${holds.toString()}`);
    await pause(5);
  }
}
