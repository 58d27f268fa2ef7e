import { setTimeout as pause } from 'node:timers/promises';
import type { FuzzTarget } from './FuzzTarget.js';

/** What counts what is open or under way, and must come down to nothing. */
const COUNTERS = ['requests_under_way', 'leases', 'connections', 'subscriptions', 'waiting_events', 'waiting_messages'];

/** Longer than anything may take that nobody asks for any more. */
const LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** Waits until nothing is open or under way any more. @returns what still is, with its figure; empty when all is well */
export async function untilIdle(target: FuzzTarget): Promise<string[]> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const metrics = await target.metrics();
    const left = COUNTERS.filter((name) => metrics.get(name) !== 0);
    if (left.length === 0 || performance.now() > end) return left.map((name) => `${name} is ${metrics.get(name)}`);
    await pause(LOOK_EVERY_MS);
  }
}
