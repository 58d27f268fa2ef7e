import { setTimeout as pause } from 'node:timers/promises';

/**
 * Looks again and again until something holds: every few milliseconds at first, and less often the longer it takes, because what takes
 * long, mostly processes that start, needs the CPU. It is noticed within a tenth of the time that it took.
 * @throws when it does not hold within the time
 */
export async function waitUntil(holds: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const begun = Date.now();
  while (!(await holds())) {
    const passed = Date.now() - begun;
    if (passed > withinMs) throw new Error(`it did not come to hold within ${withinMs} ms: ${holds.toString()}`);
    await pause(Math.min(100, Math.max(5, passed / 10)));
  }
}
