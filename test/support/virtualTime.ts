import { jest } from '@jest/globals';

const realSetTimeout = globalThis.setTimeout;

/** From now on timers and clocks go only when they are told to; sockets go on as ever. */
export function useVirtualTime(): void {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'performance'] });
}

/** Timers and clocks go by themselves again. */
export function useRealTime(): void {
  jest.useRealTimers();
}

/** Really waits: what sockets bring needs its time. */
export function reallyPause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => realSetTimeout(resolve, milliseconds));
}

const STEP_MS = 50;

/** Lets virtual time pass in small steps; after each, what sockets brought is handled. */
export async function letPass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += STEP_MS) {
    await jest.advanceTimersByTimeAsync(STEP_MS);
    await reallyPause(1);
  }
}
