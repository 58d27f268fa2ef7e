import type { EngineRun } from './EngineRun.js';
import type { FetchBatch } from './FetchBatch.js';
import type { FetchStep } from './FetchStep.js';
import type { RunBatch } from './runBatch.js';

/** The part of the time that an operation has run already for which a ready step waits for others of its batch. */
const PATIENCE = 0.5;

/** A step waits no longer than this for others of its batch, in milliseconds. */
const MAX_WAIT_MS = 100;

interface RunnableBatch {
  readonly batch: FetchBatch;
  readonly run: RunBatch;
}

/**
 * Compiles the order in which steps run: each as soon as those that it waits for are over, and with the others of its batch where these
 * are ready too, or soon are. So a request more is sent rather than one slow subgraph keeping up what does not need it.
 *
 * @returns a function that resolves when all steps are over, and rejects when one throws, whenever that is
 */
export function compileSchedule(
  steps: readonly FetchStep[],
  batches: readonly RunnableBatch[],
): (run: EngineRun) => Promise<void> {
  const batchOf = new Map(batches.flatMap((each, index) => each.batch.steps.map((step) => [step, index] as const)));
  const nextOf = steps.map(({ index }) => steps.filter(({ after }) => after.includes(index)));

  return (run) =>
    new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const waiting = steps.map(({ after }) => after.length);
      const missing = batches.map(({ batch }) => batch.steps.length);
      const ready: FetchStep[][] = batches.map(() => []);
      const timers: (NodeJS.Timeout | undefined)[] = batches.map(() => undefined);
      let left = steps.length;

      const fail = (error: unknown): void => {
        for (const timer of timers) clearTimeout(timer);
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      const finish = (over: readonly FetchStep[]): void => {
        const full = new Set<number>();
        for (const { index } of over) {
          for (const next of nextOf[index] ?? []) {
            waiting[next.index] = (waiting[next.index] ?? 0) - 1;
            if (waiting[next.index] === 0) full.add(admit(next));
          }
        }
        for (const index of full) startOrWait(index);
        left -= over.length;
        if (left === 0) resolve();
      };
      const admit = (step: FetchStep): number => {
        const index = batchOf.get(step) ?? -1;
        ready[index]?.push(step);
        missing[index] = (missing[index] ?? 0) - 1;
        return index;
      };
      const startOrWait = (index: number): void => {
        if (missing[index] === 0) start(index);
        else timers[index] ??= setTimeout(startLate, Math.min(MAX_WAIT_MS, elapsed() * PATIENCE), index);
      };
      const elapsed = (): number => performance.now() - startedAt;
      /** What throws on a timer would end the process. */
      const startLate = (index: number): void => {
        try {
          start(index);
        } catch (error) {
          fail(error);
        }
      };
      const start = (index: number): void => {
        clearTimeout(timers[index]);
        timers[index] = undefined;
        const together = ready[index]?.splice(0) ?? [];
        const running = batches[index]?.run(run, together);
        if (running) running.then(() => finish(together)).catch(fail);
        else finish(together);
      };

      if (left === 0) resolve();
      const first = new Set(steps.filter(({ after }) => after.length === 0).map(admit));
      for (const index of first) startOrWait(index);
    });
}
